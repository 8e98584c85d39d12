import { compareUtf8 } from "../utf8.ts";
import { execCapsOf, isCacheMount } from "./exec-caps.ts";
import { MarshalError } from "./marshal-error.ts";
import type { OpCredential, OpExecMeta, OpInput, OpMount, SecretEnv } from "./op.ts";
import { addInput, type CappedOp, constraintsOf, type OpContext } from "./op-context.ts";
import type { ExecMeta, ExecMount, ExecSecret, ExecSsh, ExecVertex } from "./vertex.ts";

/** @throws MarshalError for an empty command or working directory. */
export function execOpOf(vertex: ExecVertex, context: OpContext): CappedOp {
  const { meta, secrets = none, ssh = none, cdiDevices = none, network = "sandbox", security = "sandbox" } = vertex;
  if (meta.args.length === 0) throw new MarshalError("no-arguments", vertex);
  if (meta.cwd === "") throw new MarshalError("no-working-directory", vertex);

  const mounts = sortMounts(vertex.mounts);
  const sockets = ssh.map(targetedSsh);
  const inputs: OpInput[] = [];
  const written = writeMounts(mounts, inputs, context);
  for (const secret of secrets) {
    if (secret.target !== undefined) written.push(credentialMount("secret", secret.target, secret));
  }
  for (const socket of sockets) written.push(credentialMount("ssh", socket.target, socket));

  return {
    caps: execCapsOf(vertex, context),
    op: {
      kind: "exec",
      inputs,
      platform: vertex.platform ?? context.options.platform,
      workerConstraints: constraintsOf(vertex, context.options),
      meta: metaOf(meta, environmentOf(meta.env ?? none, sockets[0], context)),
      mounts: written,
      network,
      security,
      secretEnv: secretsInEnvironment(secrets),
      cdiDevices: cdiDevices.map(({ name, optional = false }) => ({ name, optional })),
    },
  };
}

/** Written out, not spread: this is the hot path of a compile. */
function metaOf(meta: ExecMeta, env: readonly string[]): OpExecMeta {
  return {
    args: meta.args,
    env,
    cwd: meta.cwd,
    user: meta.user,
    hostname: meta.hostname,
    extraHosts: meta.extraHosts,
    ulimits: meta.ulimits,
    cgroupParent: meta.cgroupParent,
    proxy: meta.proxy,
    validExitCodes: meta.validExitCodes,
    removeMountStubsRecursive: true,
  };
}

const none: readonly never[] = [];

/** Mounts by the bytes of their targets, in which order they are written, walked and given output indices. */
export function sortMounts(mounts: readonly ExecMount[]): readonly ExecMount[] {
  return mounts.length < 2 ? mounts : [...mounts].sort((a, b) => compareUtf8(a.target, b.target));
}

/**
 * The `output` of the edge to what a command leaves in one of its mounts.
 * @throws Error if the mount keeps nothing: read-only, a cache, a tmpfs, without output.
 */
export function outputOfMount(vertex: ExecVertex, mount: ExecMount): number {
  const index = sortMounts(vertex.mounts).filter(keepsOutput).indexOf(mount);
  if (index === -1) throw new Error(`the mount at ${mount.target} has no output`);
  return index;
}

function keepsOutput(mount: ExecMount): boolean {
  return !mount.noOutput && !mount.readonly && !isCacheMount(mount) && mount.tmpfs === undefined;
}

function writeMounts(mounts: readonly ExecMount[], inputs: OpInput[], context: OpContext): OpMount[] {
  let outputs = 0;
  return mounts.map((mount) => {
    if (mount.tmpfs !== undefined && mount.source !== undefined) {
      throw new Error(`the tmpfs mount at ${mount.target} cannot have a source`);
    }
    const cache = isCacheMount(mount) ? mount.cache : undefined;
    return {
      kind: mount.tmpfs !== undefined ? "tmpfs" : cache !== undefined ? "cache" : "bind",
      input: addInput(inputs, context.input(mount.source)),
      output: keepsOutput(mount) ? outputs++ : -1,
      selector: mount.selector ?? "",
      dest: mount.target,
      readonly: mount.readonly ?? false,
      contentCache: mount.contentCache ?? "default",
      resultId: "",
      cache,
      tmpfs: mount.tmpfs,
    };
  });
}

/** Secrets and sockets have no input, yet their output index is left at zero. */
function credentialMount(kind: "secret" | "ssh", dest: string, from: ExecSecret | ExecSsh): OpMount {
  const credential: OpCredential = {
    id: from.id,
    uid: from.uid >>> 0,
    gid: from.gid >>> 0,
    mode: from.mode >>> 0,
    optional: from.optional ?? false,
  };
  return {
    kind,
    input: -1,
    output: 0,
    selector: "",
    dest,
    readonly: false,
    contentCache: "default",
    resultId: "",
    secret: kind === "secret" ? credential : undefined,
    ssh: kind === "ssh" ? credential : undefined,
  };
}

function targetedSsh(ssh: ExecSsh, index: number): ExecSsh & { readonly target: string } {
  const { target = "" } = ssh;
  return { ...ssh, target: target === "" ? `/run/buildkit/ssh_agent.${index}` : target };
}

function secretsInEnvironment(secrets: readonly ExecSecret[]): SecretEnv[] {
  const found: SecretEnv[] = [];
  for (const { id, env, optional = false } of secrets) if (env !== undefined) found.push({ id, name: env, optional });
  return found;
}

/**
 * The first agent's socket is announced, and a worker that does not set PATH by itself is given one (that of the
 * marshalled platform, even for a step of another one), unless the environment has its own.
 */
function environmentOf(
  env: readonly string[],
  socket: { readonly target: string } | undefined,
  { options }: OpContext,
): readonly string[] {
  const added: string[] = [];
  if (socket !== undefined && !hasKey(env, "SSH_AUTH_SOCK=")) added.push(`SSH_AUTH_SOCK=${socket.target}`);
  const pathIsOurs = options.caps !== undefined && !options.caps.has("exec.meta.setsdefaultpath");
  if (pathIsOurs && options.platform.os !== "windows" && !hasKey(env, "PATH=")) added.push(unixPath);
  return added.length === 0 ? env : [...env, ...added];
}

function hasKey(env: readonly string[], prefix: string): boolean {
  return env.some((entry) => entry.startsWith(prefix));
}

const unixPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
