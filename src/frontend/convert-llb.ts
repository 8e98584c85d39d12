import type { Diagnostic } from "../diagnostic.ts";
import { compileIn } from "../graph/compile.ts";
import type { CompileEnvironment } from "../graph/compile-context.ts";
import type { CompileOptions } from "../graph/compile-options.ts";
import { indentedJson } from "../graph/inspection-json.ts";
import type { Definition, DefinitionSource } from "../llb/definition.ts";
import { base64, type Json, locationsJson, metadataJson, opJson } from "../llb/op-json.ts";
import type { OpMetadata } from "../llb/op-metadata.ts";
import { unmarshal } from "../llb/unmarshal.ts";

/**
 * The definition of a Dockerfile as BuildKit's frontend writes it when asked to convert: the ops as protobuf JSON by
 * digest, what travels beside them as Go's JSON by digest, and the source. It is for the platform of the worker,
 * whatever platforms the options name. With what the checks say meanwhile.
 * @throws DockerfileError when the Dockerfile does not build.
 */
export async function convertLlb(
  source: Uint8Array,
  options: CompileOptions,
  environment: CompileEnvironment,
): Promise<{ readonly json: string; readonly warnings: readonly Diagnostic[] }> {
  const { platform = "", ...others } = options.rawOptions ?? {};
  // The names of vertices tell the platform all the same where the options name several.
  const rawOptions = platform.includes(",") ? { "multi-platform": "true", ...others } : others;
  const { platforms, diagnostics } = await compileIn(source, { ...options, rawOptions }, environment);
  const definition = unmarshal(platforms[0]?.definition.bytes ?? new Uint8Array());
  const ops = definition.ops.map((op, index) => [definition.digests[index] ?? "", opJson(op)] as const);
  const json = indentedJson({
    def: byDigest(ops),
    metadata: byDigest([...definition.metadata].map(([digest, metadata]) => [digest, goMetadata(metadata)])),
    source: definition.source === undefined ? {} : sourceJson(definition.source),
  });
  return { json, warnings: diagnostics };
}

/** Digests are ASCII: their own order is that of their bytes. */
function byDigest(entries: readonly (readonly [string, Json])[]): Readonly<Record<string, Json>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Go writes these fields by names of its own, and numbers of 64 bits as numbers. */
function goMetadata({ ignoreCache, description, exportCache, caps, progressGroup, linuxResources }: OpMetadata): Json {
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

function numberOf(value: bigint | undefined): number | undefined {
  return value === undefined || value === 0n ? undefined : Number(value);
}

function sorted(entries: readonly (readonly [string, Json])[]): Json | undefined {
  if (entries.length === 0) return undefined;
  return Object.fromEntries([...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
}

/** The protobuf JSON form of `Source`. */
function sourceJson({ infos, locations }: DefinitionSource): Json {
  return present({
    locations: sorted([...locations].map(([digest, places]) => [digest, locationsJson(places)] as const)),
    infos:
      infos.length === 0
        ? undefined
        : infos.map(({ filename, data, definition, language }) =>
            present({
              filename: filename || undefined,
              data: data.length === 0 ? undefined : base64(data),
              definition: definition && definitionJson(definition),
              language: language || undefined,
            }),
          ),
  });
}

/** The protobuf JSON form of `Definition`. */
function definitionJson({ def, metadata, source }: Definition): Json {
  return present({
    def: def.length === 0 ? undefined : def.map(base64),
    metadata: sorted([...metadata].map(([digest, entry]) => [digest, metadataJson(entry)] as const)),
    Source: source && sourceJson(source),
  });
}

function present(fields: Readonly<Record<string, Json | undefined>>): Json {
  const written: [string, Json][] = [];
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) written.push([name, value]);
  return Object.fromEntries(written);
}
