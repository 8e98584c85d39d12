import { digestOf } from "../../digest.ts";
import { goJsonList, goJsonObject, goJsonString } from "../../go-json.ts";
import type { ExecOp, OpCredential, OpExecMeta, OpMount } from "../../llb/op.ts";
import { joinPath } from "../../slash-path.ts";
import type { CacheDep, CacheMap } from "./cache-map.ts";
import { type ContentSelector, outermostPaths, plainSelector } from "./content-selector.ts";
import { flag, number, text } from "./json-fields.ts";

/**
 * The cache map of a command: of its arguments, environment and mounts, without the addresses of extra hosts, proxies,
 * the ids of most cache mounts, and the paths that mounts select, which count as selectors of inputs.
 */
export function execCacheMap(op: ExecOp): CacheMap {
  const { platform } = op;
  const json = goJsonObject([
    ["Type", '"buildkit.exec.v0"'],
    ["Exec", execJson(op)],
    ["OS", goJsonString(platform?.os ?? "linux")],
    ["Arch", goJsonString(platform?.architecture ?? "amd64")],
    ["Variant", text(platform?.variant)],
    ["OSVersion", text(platform?.osVersion)],
    ["OSFeatures", goJsonList(platform?.osFeatures ?? [], goJsonString)],
  ]);
  return { digest: digestOf(json), deps: depsOf(op) };
}

function execJson(op: ExecOp): string {
  return goJsonObject([
    ["meta", metaJson(op.meta)],
    ["mounts", isPlainRoot(op.mounts) ? undefined : goJsonList(op.mounts, mountJson)],
    ["network", number({ sandbox: 0, host: 1, none: 2 }[op.network])],
    ["security", number({ sandbox: 0, insecure: 1 }[op.security])],
    [
      "secretenv",
      goJsonList(op.secretEnv, ({ id, name, optional }) =>
        goJsonObject([
          ["ID", text(id)],
          ["name", text(name)],
          ["optional", flag(optional)],
        ]),
      ),
    ],
    [
      "cdiDevices",
      goJsonList(op.cdiDevices, ({ name, optional }) =>
        goJsonObject([
          ["Name", text(name)],
          ["optional", flag(optional)],
        ]),
      ),
    ],
  ]);
}

function metaJson(meta: OpExecMeta): string {
  return goJsonObject([
    ["args", goJsonList(meta.args, goJsonString)],
    ["env", goJsonList(meta.env ?? [], goJsonString)],
    ["cwd", text(meta.cwd)],
    ["user", text(meta.user)],
    ["extraHosts", goJsonList(meta.extraHosts ?? [], ({ host }) => goJsonObject([["Host", text(host)]]))],
    ["hostname", text(meta.hostname)],
    [
      "ulimit",
      goJsonList(meta.ulimits ?? [], ({ name, soft, hard }) =>
        goJsonObject([
          ["Name", text(name)],
          ["Soft", number(soft)],
          ["Hard", number(hard)],
        ]),
      ),
    ],
    ["cgroupParent", text(meta.cgroupParent)],
    ["removeMountStubsRecursive", flag(meta.removeMountStubsRecursive)],
    ["validExitCodes", goJsonList(meta.validExitCodes ?? [], String)],
  ]);
}

/** Such a command was once keyed without its mounts, and still is. */
function isPlainRoot([mount, ...others]: readonly OpMount[]): boolean {
  return (
    mount !== undefined &&
    others.length === 0 &&
    mount.dest === "/" &&
    mount.kind === "bind" &&
    !mount.readonly &&
    mount.resultId === "" &&
    mount.cache === undefined
  );
}

function mountJson(mount: OpMount): string {
  return goJsonObject([
    ["input", number(mount.input)],
    ["dest", text(mount.dest)],
    ["output", number(mount.output)],
    ["readonly", flag(mount.readonly)],
    ["mountType", number({ bind: 0, secret: 1, ssh: 2, cache: 3, tmpfs: 4 }[mount.kind])],
    ["TmpfsOpt", mount.tmpfs && goJsonObject([["size", number(mount.tmpfs.size)]])],
    ["cacheOpt", mount.cache && cacheJson(mount.cache, mount.dest)],
    ["secretOpt", mount.secret && credentialJson(mount.secret)],
    ["SSHOpt", mount.ssh && credentialJson(mount.ssh)],
    ["resultID", text(mount.resultId)],
    ["contentCache", number({ default: 0, on: 1, off: 2 }[mount.contentCache])],
  ]);
}

/** What is called after its place, perhaps in a namespace, as Dockerfiles do by default, keeps its name. */
function cacheJson({ id, sharing }: NonNullable<OpMount["cache"]>, dest: string): string {
  const slash = id.indexOf("/");
  const isDefault = sharing === "shared" && (id === dest || (slash !== -1 && id.slice(slash + 1) === dest));
  return goJsonObject([["ID", isDefault ? text(id) : undefined]]);
}

function credentialJson({ id, uid, gid, mode, optional }: OpCredential): string {
  return goJsonObject([
    ["ID", text(id)],
    ["uid", number(uid)],
    ["gid", number(gid)],
    ["mode", number(mode)],
    ["optional", flag(optional)],
  ]);
}

interface Draft {
  readonly selectors: string[];
  byContent: boolean;
}

function depsOf(op: ExecOp): readonly CacheDep[] {
  const drafts = op.inputs.map((): Draft => ({ selectors: [], byContent: false }));
  for (const mount of op.mounts) {
    const draft = drafts[mount.input];
    if (draft === undefined || mount.kind === "secret" || mount.kind === "ssh" || mount.kind === "tmpfs") continue;
    const selector = joinPath("/", mount.selector);
    draft.selectors.push(selector);
    draft.byContent = isByContent(mount, selector);
  }
  return drafts.map(({ selectors, byContent }) => ({
    selector: selectors.length === 0 ? undefined : digestOf(selectors.join("\0")),
    content: byContent ? contentOf(selectors) : undefined,
  }));
}

/** Only what the command cannot change, or all of an input, may count by its content; the root never does. */
function isByContent({ output, readonly, contentCache, dest }: OpMount, selector: string): boolean {
  const isSafe = output === -1 || readonly || selector === "/";
  return isSafe && contentCache !== "off" && (contentCache === "on" || dest !== "/");
}

function contentOf(selectors: readonly string[]): readonly ContentSelector[] {
  const paths = outermostPaths(selectors);
  return paths.includes("/") ? [] : paths.map((path) => plainSelector(path, true));
}
