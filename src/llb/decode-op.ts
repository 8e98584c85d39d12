import type Long from "long";
import type { Platform } from "../platform.ts";
import type {
  ExecOp,
  Op,
  OpBase,
  OpCredential,
  OpExecMeta,
  OpFileAction,
  OpInput,
  OpMount,
  OpOwner,
  OpUser,
} from "./op.ts";
import type { ProxyEnv } from "./op-fields.ts";
import { pb } from "./proto/gen/llb.js";

/**
 * Reads a `pb.Op` message. Fields that this version does not know are passed over.
 * @throws Error that says what is wrong: not a protobuf message, text that is not UTF-8, an unknown kind of op.
 */
export function decodeOp(bytes: Uint8Array): Op {
  const message = pb.Op.decode(bytes);
  const base: OpBase = {
    inputs: (message.inputs ?? []).map(inputOf),
    platform: message.platform ? platformOf(message.platform) : undefined,
    workerConstraints: message.constraints ? (message.constraints.filter ?? []) : undefined,
  };
  const { exec, source, file, build, merge, diff, passthrough } = message;
  if (exec) return { kind: "exec", ...base, ...execOf(exec) };
  if (source) {
    return { kind: "source", ...base, identifier: source.identifier ?? "", attrs: textMapOf(source.attrs) };
  }
  if (file) return { kind: "file", ...base, actions: (file.actions ?? []).map(actionOf) };
  if (build) {
    return {
      kind: "build",
      ...base,
      builder: numberOf(build.builder),
      named: new Map(Object.entries(build.inputs ?? {}).map(([name, { input }]) => [name, numberOf(input)])),
      attrs: textMapOf(build.attrs),
      definition: build.def ?? undefined,
    };
  }
  if (merge) return { kind: "merge", ...base, layers: (merge.inputs ?? []).map(({ input }) => numberOf(input)) };
  if (diff) {
    if (!diff.lower || !diff.upper) throw new Error("a diff lacks its lower or its upper side");
    return { kind: "diff", ...base, lower: numberOf(diff.lower.input), upper: numberOf(diff.upper.input) };
  }
  if (passthrough) {
    return {
      kind: "passthrough",
      ...base,
      id: passthrough.id ?? "",
      outputs: (passthrough.outputs ?? []).map(numberOf),
    };
  }
  return { kind: "head", ...base };
}

/** A map field; its keys may be any text, `__proto__` too. */
export function textMapOf(map: Readonly<Record<string, string>> | null | undefined): ReadonlyMap<string, string> {
  return new Map(Object.entries(map ?? {}));
}

function inputOf({ digest, index }: pb.Input.$Properties): OpInput {
  return { digest: digest ?? "", output: numberOf(index) };
}

function platformOf(platform: pb.Platform.$Properties): Platform {
  const { OS, Architecture, Variant, OSVersion, OSFeatures } = platform;
  return {
    os: OS ?? "",
    architecture: Architecture ?? "",
    ...(Variant ? { variant: Variant } : {}),
    ...(OSVersion ? { osVersion: OSVersion } : {}),
    ...(OSFeatures && OSFeatures.length > 0 ? { osFeatures: OSFeatures } : {}),
  };
}

function execOf(exec: pb.ExecOp.$Properties): Omit<ExecOp, "kind" | keyof OpBase> {
  return {
    meta: metaOf(exec.meta ?? {}),
    mounts: (exec.mounts ?? []).map(mountOf),
    network: named(networks, exec.network, "network mode"),
    security: named(securities, exec.security, "security mode"),
    secretEnv: (exec.secretenv ?? []).map(({ ID, name, optional }) => ({
      id: ID ?? "",
      name: name ?? "",
      optional: optional ?? false,
    })),
    cdiDevices: (exec.cdiDevices ?? []).map(({ name, optional }) => ({
      name: name ?? "",
      optional: optional ?? false,
    })),
  };
}

function metaOf(meta: pb.Meta.$Properties): OpExecMeta {
  return {
    args: meta.args ?? [],
    env: meta.env ?? [],
    cwd: meta.cwd ?? "",
    user: meta.user || undefined,
    proxy: meta.proxyEnv ? proxyOf(meta.proxyEnv) : undefined,
    extraHosts: someOf(meta.extraHosts)?.map(({ Host, IP }) => ({ host: Host ?? "", ip: IP ?? "" })),
    hostname: meta.hostname || undefined,
    ulimits: someOf(meta.ulimit)?.map(({ Name, Soft, Hard }) => ({
      name: Name ?? "",
      soft: bigintOf(Soft),
      hard: bigintOf(Hard),
    })),
    cgroupParent: meta.cgroupParent || undefined,
    removeMountStubsRecursive: meta.removeMountStubsRecursive ?? false,
    validExitCodes: someOf(meta.validExitCodes),
  };
}

function proxyOf(proxy: pb.ProxyEnv.$Properties): ProxyEnv {
  return {
    httpProxy: proxy.httpProxy || undefined,
    httpsProxy: proxy.httpsProxy || undefined,
    ftpProxy: proxy.ftpProxy || undefined,
    noProxy: proxy.noProxy || undefined,
    allProxy: proxy.allProxy || undefined,
  };
}

function mountOf(mount: pb.Mount.$Properties): OpMount {
  const { TmpfsOpt, cacheOpt, secretOpt, SSHOpt } = mount;
  return {
    kind: named(mountKinds, mount.mountType, "mount type"),
    input: numberOf(mount.input),
    output: numberOf(mount.output),
    selector: mount.selector ?? "",
    dest: mount.dest ?? "",
    readonly: mount.readonly ?? false,
    contentCache: named(contentCaches, mount.contentCache, "content cache mode"),
    resultId: mount.resultID ?? "",
    tmpfs: TmpfsOpt ? { size: bigintOf(TmpfsOpt.size) } : undefined,
    cache: cacheOpt
      ? { id: cacheOpt.ID ?? "", sharing: named(sharings, cacheOpt.sharing, "cache sharing mode") }
      : undefined,
    secret: secretOpt ? credentialOf(secretOpt) : undefined,
    ssh: SSHOpt ? credentialOf(SSHOpt) : undefined,
  };
}

function credentialOf({
  ID,
  uid,
  gid,
  mode,
  optional,
}: pb.SecretOpt.$Properties | pb.SSHOpt.$Properties): OpCredential {
  return { id: ID ?? "", uid: uid ?? 0, gid: gid ?? 0, mode: mode ?? 0, optional: optional ?? false };
}

function actionOf(message: pb.FileAction.$Properties): OpFileAction {
  const place = {
    input: numberOf(message.input),
    secondaryInput: numberOf(message.secondaryInput),
    output: numberOf(message.output),
  };
  const { copy, mkfile, mkdir, rm, symlink } = message;
  if (copy) {
    return {
      kind: "copy",
      ...place,
      src: copy.src ?? "",
      dest: copy.dest ?? "",
      owner: ownerOf(copy.owner),
      mode: copy.mode ?? 0,
      modeStr: copy.modeStr ?? "",
      followSymlink: copy.followSymlink ?? false,
      dirCopyContents: copy.dirCopyContents ?? false,
      attemptUnpack: copy.attemptUnpackDockerCompatibility ?? false,
      createDestPath: copy.createDestPath ?? false,
      allowWildcard: copy.allowWildcard ?? false,
      allowEmptyWildcard: copy.allowEmptyWildcard ?? false,
      alwaysReplaceExistingDestPaths: copy.alwaysReplaceExistingDestPaths ?? false,
      includePatterns: copy.includePatterns ?? [],
      excludePatterns: copy.excludePatterns ?? [],
      requiredPaths: copy.requiredPaths ?? [],
      timestamp: bigintOf(copy.timestamp),
    };
  }
  if (mkfile) {
    return {
      kind: "mkfile",
      ...place,
      path: mkfile.path ?? "",
      mode: mkfile.mode ?? 0,
      data: mkfile.data ?? new Uint8Array(),
      owner: ownerOf(mkfile.owner),
      timestamp: bigintOf(mkfile.timestamp),
    };
  }
  if (mkdir) {
    return {
      kind: "mkdir",
      ...place,
      path: mkdir.path ?? "",
      mode: mkdir.mode ?? 0,
      makeParents: mkdir.makeParents ?? false,
      owner: ownerOf(mkdir.owner),
      timestamp: bigintOf(mkdir.timestamp),
    };
  }
  if (rm) {
    return {
      kind: "rm",
      ...place,
      path: rm.path ?? "",
      allowNotFound: rm.allowNotFound ?? false,
      allowWildcard: rm.allowWildcard ?? false,
    };
  }
  if (symlink) {
    return {
      kind: "symlink",
      ...place,
      oldpath: symlink.oldpath ?? "",
      newpath: symlink.newpath ?? "",
      owner: ownerOf(symlink.owner),
      timestamp: bigintOf(symlink.timestamp),
    };
  }
  throw new Error("a file action is of a kind that this version does not know");
}

function ownerOf(owner: pb.ChownOpt.$Properties | null | undefined): OpOwner | undefined {
  return owner ? { user: userOf(owner.user), group: userOf(owner.group) } : undefined;
}

function userOf(user: pb.UserOpt.$Properties | null | undefined): OpUser | undefined {
  if (user?.byName) return { name: user.byName.name ?? "", input: numberOf(user.byName.input) };
  return typeof user?.byID === "number" ? { id: user.byID } : undefined;
}

/** The lists of a command that are absent when they are empty, as in drafts. */
function someOf<T>(list: readonly T[] | null | undefined): readonly T[] | undefined {
  return list && list.length > 0 ? list : undefined;
}

function named<Name extends string>(names: readonly Name[], value: number | null | undefined, what: string): Name {
  const name = names[value ?? 0];
  if (name === undefined) throw new Error(`${value} is no ${what} that this version knows`);
  return name;
}

/** Indices; one beyond the exact integers of a double is beyond every list, too. */
function numberOf(value: Long | null | undefined): number {
  return value ? value.toNumber() : 0;
}

export function bigintOf(value: Long | null | undefined): bigint {
  return value ? value.toBigInt() : 0n;
}

const networks = ["sandbox", "host", "none"] as const;
const securities = ["sandbox", "insecure"] as const;
const mountKinds = ["bind", "secret", "ssh", "cache", "tmpfs"] as const;
const sharings = ["shared", "private", "locked"] as const;
const contentCaches = ["default", "on", "off"] as const;
