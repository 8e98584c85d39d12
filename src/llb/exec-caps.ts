import type { OpContext } from "./op-context.ts";
import type { ExecMount, ExecVertex } from "./vertex.ts";

/** The capabilities that an exec op asks for, sorted: one list for all ops that ask for the same. */
export function execCapsOf(vertex: ExecVertex, { options }: OpContext): readonly string[] {
  const { meta, secrets = none, ssh = none, cdiDevices = none, network = "sandbox" } = vertex;
  let asked = bits["exec.meta.base"];
  if (options.caps?.has("exec.meta.setsdefaultpath")) asked |= bits["exec.meta.setsdefaultpath"];
  if (meta.validExitCodes !== undefined) asked |= bits["exec.validexitcode"];
  if (meta.ulimits !== undefined && meta.ulimits.length > 0) asked |= bits["exec.meta.ulimit"];
  if (vertex.metadata?.linuxResources !== undefined) asked |= bits["exec.meta.linux.resources"];
  if (network !== "sandbox") asked |= bits["exec.meta.network"];
  if (vertex.security === "insecure") asked |= bits["exec.meta.security"];
  if (meta.proxy !== undefined) asked |= bits["exec.meta.proxyenv"];
  for (const mount of vertex.mounts) asked |= bitsOfMount(mount);
  if (secrets.length > 0) asked |= bits["exec.mount.secret"];
  if (secrets.some((secret) => secret.env !== undefined)) asked |= bits["exec.secretenv"];
  if (ssh.length > 0) asked |= bits["exec.mount.ssh"];
  if (cdiDevices.length > 0) asked |= bits["exec.meta.cdi"];
  return listOf(asked);
}

/** A cache without id is none: BuildKit tells them apart by the id. */
export function isCacheMount(mount: ExecMount): boolean {
  return mount.cache !== undefined && mount.cache.id !== "";
}

const none: readonly never[] = [];

/** In the order in which they are written. */
const bits = {
  "exec.meta.base": 1 << 0,
  "exec.meta.cdi": 1 << 1,
  "exec.meta.linux.resources": 1 << 2,
  "exec.meta.network": 1 << 3,
  "exec.meta.proxyenv": 1 << 4,
  "exec.meta.security": 1 << 5,
  "exec.meta.setsdefaultpath": 1 << 6,
  "exec.meta.ulimit": 1 << 7,
  "exec.mount.bind": 1 << 8,
  "exec.mount.cache": 1 << 9,
  "exec.mount.cache.content": 1 << 10,
  "exec.mount.cache.sharing": 1 << 11,
  "exec.mount.secret": 1 << 12,
  "exec.mount.selector": 1 << 13,
  "exec.mount.ssh": 1 << 14,
  "exec.mount.tmpfs": 1 << 15,
  "exec.mount.tmpfs.size": 1 << 16,
  "exec.secretenv": 1 << 17,
  "exec.validexitcode": 1 << 18,
} as const;

function bitsOfMount(mount: ExecMount): number {
  let asked = 0;
  if (mount.selector !== undefined && mount.selector !== "") asked |= bits["exec.mount.selector"];
  if (isCacheMount(mount)) asked |= bits["exec.mount.cache"] | bits["exec.mount.cache.sharing"];
  else if (mount.tmpfs !== undefined) {
    asked |= bits["exec.mount.tmpfs"];
    if (mount.tmpfs.size > 0n) asked |= bits["exec.mount.tmpfs.size"];
  } else if (mount.source !== undefined) asked |= bits["exec.mount.bind"];
  if (mount.contentCache !== undefined && mount.contentCache !== "default") asked |= bits["exec.mount.cache.content"];
  return asked;
}

/** Builds ask for few of the combinations that there are. */
const lists = new Map<number, readonly string[]>();

function listOf(asked: number): readonly string[] {
  let list = lists.get(asked);
  if (list === undefined) {
    list = Object.entries(bits).flatMap(([id, bit]) => ((asked & bit) === 0 ? [] : [id]));
    lists.set(asked, list);
  }
  return list;
}
