import type { Definition } from "../llb/definition.ts";
import { base64, type Json } from "../llb/op-json.ts";
import type { OpMetadata } from "../llb/op-metadata.ts";

/**
 * A definition as Go's own JSON writes it, which is not the JSON of protobuf: fields by names of their own, numbers of
 * 64 bits as numbers. Without its sources.
 */
export function goDefinitionJson({ def, metadata }: Pick<Definition, "def" | "metadata">): Json {
  return present({
    def: def.length === 0 ? undefined : def.map(base64),
    metadata: sorted([...metadata].map(([digest, entry]) => [digest, goMetadataJson(entry)] as const)),
  });
}

/** What travels beside an op, in the same form. */
export function goMetadataJson(metadata: OpMetadata): Json {
  const { ignoreCache, description, exportCache, caps, progressGroup, linuxResources } = metadata;
  return present({
    ignore_cache: ignoreCache === true ? true : undefined,
    description: description && sorted([...description]),
    export_cache: exportCache === undefined ? undefined : present({ Value: exportCache || undefined }),
    caps: caps && sorted([...caps].map((cap) => [cap, true] as const)),
    progress_group:
      progressGroup &&
      present({
        id: progressGroup.id || undefined,
        name: progressGroup.name || undefined,
        weak: progressGroup.weak || undefined,
      }),
    linux_resources:
      linuxResources &&
      present({
        memory: numberOf(linuxResources.memory),
        memorySwap: numberOf(linuxResources.memorySwap),
        cpuShares: numberOf(linuxResources.cpuShares),
        cpuPeriod: numberOf(linuxResources.cpuPeriod),
        cpuQuota: numberOf(linuxResources.cpuQuota),
        cpusetCpus: linuxResources.cpusetCpus || undefined,
        cpusetMems: linuxResources.cpusetMems || undefined,
      }),
  });
}

/** The fields that have a value. */
export function present(fields: Readonly<Record<string, Json | undefined>>): Json {
  const written: [string, Json][] = [];
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) written.push([name, value]);
  return Object.fromEntries(written);
}

/** A map with its keys by their bytes; undefined if it is empty. */
export function sorted(entries: readonly (readonly [string, Json])[]): Json | undefined {
  if (entries.length === 0) return undefined;
  return Object.fromEntries([...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

function numberOf(value: bigint | undefined): number | undefined {
  return value === undefined || value === 0n ? undefined : Number(value);
}
