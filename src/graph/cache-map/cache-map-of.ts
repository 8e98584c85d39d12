import { digestOf } from "../../digest.ts";
import { goJsonObject } from "../../go-json.ts";
import type { Op, SourceOp } from "../../llb/op.ts";
import { type CacheMap, wholeInput } from "./cache-map.ts";
import { execCacheMap } from "./exec-cache-map.ts";
import { fileCacheMap } from "./file-cache-map.ts";

/**
 * The cache map of an op as BuildKit makes it. Undefined for what only a worker can tell: local folders (a session's own
 * and known by content alone), git and web addresses without a fixed content, builds within builds.
 */
export function cacheMapOf(op: Op): CacheMap | undefined {
  switch (op.kind) {
    case "exec":
      return execCacheMap(op);
    case "file":
      return fileCacheMap(op);
    case "source":
      return sourceCacheMap(op);
    case "merge":
      return { digest: mergeDigest(op.layers), deps: op.inputs.map(() => wholeInput) };
    case "diff":
      return { digest: diffDigest(op.lower, op.upper), deps: op.inputs.map(() => wholeInput) };
    case "passthrough":
    case "build":
    case "head":
      return undefined;
  }
}

/** Images by digest: the worker keys them by that, and by their layers too, which are not known here. */
function sourceCacheMap({ identifier, platform }: SourceOp): CacheMap | undefined {
  const pinned = /^(?:docker-image|oci-layout):\/\/.*@(sha256:[0-9a-f]{64})$/.exec(identifier)?.[1];
  if (pinned === undefined || platform === undefined) return undefined;
  const image = goJsonObject([
    ["Digest", JSON.stringify(pinned)],
    ["OS", JSON.stringify(platform.os)],
    ["Arch", JSON.stringify(platform.architecture)],
    ["Variant", platform.variant ? JSON.stringify(platform.variant) : undefined],
    ["OSVersion", platform.osVersion ? JSON.stringify(platform.osVersion) : undefined],
    ["OSFeatures", platform.osFeatures?.length ? JSON.stringify(platform.osFeatures) : undefined],
  ]);
  return { digest: digestOf(`buildkit.source.v0:${digestOf(image)}`), deps: [] };
}

function mergeDigest(layers: readonly number[]): string {
  const inputs = layers.map((input) => goJsonObject([["input", input === 0 ? undefined : String(input)]]));
  return digestOf(`{"Type":"buildkit.merge.v0","Merge":{"inputs":[${inputs.join(",")}]}}`);
}

function diffDigest(lower: number, upper: number): string {
  const side = (input: number) => goJsonObject([["input", input === 0 ? undefined : String(input)]]);
  return digestOf(`{"Type":"buildkit.diff.v0","Diff":{"lower":${side(lower)},"upper":${side(upper)}}}`);
}
