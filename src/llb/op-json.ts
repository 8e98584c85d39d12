import type { Platform } from "../platform.ts";
import type { DefinitionLocation } from "./definition.ts";
import type { ExecOp, Op, OpCredential, OpFileAction, OpInput, OpMount, OpOwner, OpUser } from "./op.ts";
import type { ProxyEnv } from "./op-fields.ts";
import type { LinuxResources, OpMetadata } from "./op-metadata.ts";

/** What `JSON.stringify` writes without loss. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/**
 * The protobuf JSON form of an op: bytes are base64, 64-bit numbers are texts, enums are names, zero values are left
 * out, messages that are present but empty are `{}`.
 */
export function opJson(op: Op): Json {
  return message({
    inputs: op.inputs.map(inputJson),
    ...kindJson(op),
    platform: op.platform && platformJson(op.platform),
    constraints: op.workerConstraints && message({ filter: op.workerConstraints }),
  });
}

/** The protobuf JSON form of `OpMetadata`. */
export function metadataJson(metadata: OpMetadata): Json {
  const { progressGroup, linuxResources, exportCache } = metadata;
  return message({
    ignoreCache: metadata.ignoreCache,
    description: textMap(metadata.description),
    exportCache: exportCache === undefined ? undefined : message({ Value: exportCache }),
    caps: entries([...(metadata.caps ?? [])].map((id) => [id, true])),
    progressGroup: progressGroup && message({ ...progressGroup }),
    linuxResources: linuxResources && resourcesJson(linuxResources),
  });
}

/** The protobuf JSON form of `Locations`. */
export function locationsJson(locations: readonly DefinitionLocation[]): Json {
  return message({
    locations: locations.map(({ sourceIndex, ranges }) =>
      message({
        sourceIndex,
        ranges: ranges.map(({ start, end }) => message({ start: message({ ...start }), end: message({ ...end }) })),
      }),
    ),
  });
}

type Field = Json | bigint | undefined;

/** Leaves out what protobuf does not write. A bigint becomes a text. */
function message(fields: Readonly<Record<string, Field>>): Json {
  const written: [string, Json][] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === "" || value === 0 || value === 0n || value === false) continue;
    if (Array.isArray(value) && value.length === 0) continue;
    written.push([name, typeof value === "bigint" ? value.toString() : value]);
  }
  return Object.fromEntries(written);
}

function entries(list: readonly (readonly [string, Json])[]): Json | undefined {
  return list.length === 0 ? undefined : Object.fromEntries(list);
}

function textMap(map: ReadonlyMap<string, string> | undefined): Json | undefined {
  return map && entries([...map]);
}

/** An index is an int64 on the wire. */
function index(value: number): bigint {
  return BigInt(value);
}

function inputJson({ digest, output }: OpInput): Json {
  return message({ digest, index: index(output) });
}

function platformJson({ os, architecture, variant, osVersion, osFeatures }: Platform): Json {
  return message({
    Architecture: architecture,
    OS: os,
    Variant: variant,
    OSVersion: osVersion,
    OSFeatures: osFeatures,
  });
}

function kindJson(op: Op): Readonly<Record<string, Json>> {
  switch (op.kind) {
    case "head":
      return {};
    case "source":
      return { source: message({ identifier: op.identifier, attrs: textMap(op.attrs) }) };
    case "exec":
      return { exec: execJson(op) };
    case "file":
      return { file: message({ actions: op.actions.map(actionJson) }) };
    case "merge":
      return { merge: message({ inputs: op.layers.map((input) => message({ input: index(input) })) }) };
    case "diff":
      return {
        diff: message({
          lower: message({ input: index(op.lower) }),
          upper: message({ input: index(op.upper) }),
        }),
      };
    case "build":
      return {
        build: message({
          builder: index(op.builder),
          inputs: entries([...op.named].map(([name, input]) => [name, message({ input: index(input) })])),
          def: op.definition && base64(op.definition),
          attrs: textMap(op.attrs),
        }),
      };
    case "passthrough":
      return { passthrough: message({ id: op.id, outputs: op.outputs.map(String) }) };
  }
}

function execJson(op: ExecOp): Json {
  const { meta } = op;
  return message({
    meta: message({
      args: meta.args,
      env: meta.env,
      cwd: meta.cwd,
      user: meta.user,
      proxyEnv: meta.proxy && proxyJson(meta.proxy),
      extraHosts: meta.extraHosts?.map(({ host, ip }) => message({ Host: host, IP: ip })),
      hostname: meta.hostname,
      ulimit: meta.ulimits?.map(({ name, soft, hard }) => message({ Name: name, Soft: soft, Hard: hard })),
      cgroupParent: meta.cgroupParent,
      removeMountStubsRecursive: meta.removeMountStubsRecursive,
      validExitCodes: meta.validExitCodes,
    }),
    mounts: op.mounts.map(mountJson),
    network: enumName(op.network, "sandbox"),
    security: enumName(op.security, "sandbox"),
    secretenv: op.secretEnv.map(({ id, name, optional }) => message({ ID: id, name, optional })),
    cdiDevices: op.cdiDevices.map(({ name, optional }) => message({ name, optional })),
  });
}

function proxyJson({ httpProxy, httpsProxy, ftpProxy, noProxy, allProxy }: ProxyEnv): Json {
  return message({ httpProxy, httpsProxy, ftpProxy, noProxy, allProxy });
}

function mountJson(mount: OpMount): Json {
  const { cache, tmpfs, secret, ssh } = mount;
  return message({
    input: index(mount.input),
    selector: mount.selector,
    dest: mount.dest,
    output: index(mount.output),
    readonly: mount.readonly,
    mountType: enumName(mount.kind, "bind"),
    TmpfsOpt: tmpfs && message({ size: tmpfs.size }),
    cacheOpt: cache && message({ ID: cache.id, sharing: enumName(cache.sharing, "shared") }),
    secretOpt: secret && credentialJson(secret),
    SSHOpt: ssh && credentialJson(ssh),
    resultID: mount.resultId,
    contentCache: enumName(mount.contentCache, "default"),
  });
}

/** Our names are BuildKit's in lower case; the zero value of each enum is left out. */
function enumName(name: string, zero: string): string {
  return name === zero ? "" : name.toUpperCase();
}

function credentialJson({ id, uid, gid, mode, optional }: OpCredential): Json {
  return message({ ID: id, uid, gid, mode, optional });
}

function actionJson(action: OpFileAction): Json {
  return message({
    input: index(action.input),
    secondaryInput: index(action.secondaryInput),
    output: index(action.output),
    [action.kind]: bodyJson(action),
  });
}

function bodyJson(action: OpFileAction): Json {
  switch (action.kind) {
    case "copy":
      return message({
        src: action.src,
        dest: action.dest,
        owner: ownerJson(action.owner),
        mode: action.mode,
        followSymlink: action.followSymlink,
        dirCopyContents: action.dirCopyContents,
        attemptUnpackDockerCompatibility: action.attemptUnpack,
        createDestPath: action.createDestPath,
        allowWildcard: action.allowWildcard,
        allowEmptyWildcard: action.allowEmptyWildcard,
        timestamp: action.timestamp,
        includePatterns: action.includePatterns,
        excludePatterns: action.excludePatterns,
        alwaysReplaceExistingDestPaths: action.alwaysReplaceExistingDestPaths,
        modeStr: action.modeStr,
        requiredPaths: action.requiredPaths,
      });
    case "mkfile": {
      const { path, mode, data, owner, timestamp } = action;
      return message({ path, mode, data: base64(data), owner: ownerJson(owner), timestamp });
    }
    case "mkdir": {
      const { path, mode, makeParents, owner, timestamp } = action;
      return message({ path, mode, makeParents, owner: ownerJson(owner), timestamp });
    }
    case "rm": {
      const { path, allowNotFound, allowWildcard } = action;
      return message({ path, allowNotFound, allowWildcard });
    }
    case "symlink": {
      const { oldpath, newpath, owner, timestamp } = action;
      return message({ oldpath, newpath, owner: ownerJson(owner), timestamp });
    }
  }
}

function ownerJson(owner: OpOwner | undefined): Json | undefined {
  return owner && message({ user: userJson(owner.user), group: userJson(owner.group) });
}

/** A member of a oneof is there even when it is zero. */
function userJson(user: OpUser | undefined): Json | undefined {
  if (user === undefined) return undefined;
  if ("id" in user) return { byID: user.id };
  return { byName: message({ name: user.name, input: index(user.input) }) };
}

function resourcesJson(resources: LinuxResources): Json {
  const { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems } = resources;
  return message({ memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems });
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
