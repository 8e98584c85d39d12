import { distinctTexts } from "./byte-order.ts";
import type { OpMetadata } from "./op-metadata.ts";

/**
 * The metadata of an op that two vertices make, `later` being met later in the walk: flags, capabilities and
 * descriptions add up, the later description winning; of the rest the later one stands if it is set at all.
 */
export function mergeMetadata(earlier: OpMetadata, later: OpMetadata): OpMetadata {
  return {
    description: union(earlier.description, later.description),
    ignoreCache: earlier.ignoreCache || later.ignoreCache,
    exportCache: later.exportCache ?? earlier.exportCache,
    caps: distinctTexts([...(earlier.caps ?? []), ...(later.caps ?? [])]),
    progressGroup: later.progressGroup ?? earlier.progressGroup,
    linuxResources: later.linuxResources ?? earlier.linuxResources,
  };
}

function union(
  earlier: ReadonlyMap<string, string> | undefined,
  later: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string> | undefined {
  if (later === undefined || later.size === 0) return earlier;
  if (earlier === undefined || earlier.size === 0) return later;
  return new Map([...earlier, ...later]);
}
