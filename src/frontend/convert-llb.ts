import { compileIn } from "../graph/compile.ts";
import type { CompileEnvironment } from "../graph/compile-context.ts";
import type { CompileOptions } from "../graph/compile-options.ts";
import { indentedJson } from "../graph/inspection-json.ts";
import type { Definition, DefinitionSource } from "../llb/definition.ts";
import { base64, type Json, locationsJson, metadataJson, opJson } from "../llb/op-json.ts";
import { unmarshal } from "../llb/unmarshal.ts";
import { goMetadataJson, present, sorted } from "./go-definition-json.ts";

/**
 * The definition of a Dockerfile as BuildKit's frontend writes it when asked to convert: the ops as protobuf JSON by
 * digest, what travels beside them as Go's JSON by digest, and the source. It is for the platform of the worker,
 * whatever platforms the options name.
 * @throws DockerfileError when the Dockerfile does not build.
 */
export async function convertLlb(
  source: Uint8Array,
  options: CompileOptions,
  environment: CompileEnvironment,
): Promise<string> {
  const { platform: _, ...rawOptions } = options.rawOptions ?? {};
  const { platforms } = await compileIn(source, { ...options, rawOptions }, environment);
  const definition = unmarshal(platforms[0]?.definition.bytes ?? new Uint8Array());
  const ops = definition.ops.map((op, index) => [definition.digests[index] ?? "", opJson(op)] as const);
  return indentedJson({
    def: byDigest(ops),
    metadata: byDigest([...definition.metadata].map(([digest, metadata]) => [digest, goMetadataJson(metadata)])),
    source: definition.source === undefined ? {} : sourceJson(definition.source),
  });
}

/** Digests are ASCII: their own order is that of their bytes. */
function byDigest(entries: readonly (readonly [string, Json])[]): Readonly<Record<string, Json>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
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
