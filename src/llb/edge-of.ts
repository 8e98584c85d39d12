import { type UnmarshalledDefinition, unmarshal } from "./unmarshal.ts";
import type { Edge, MarshalledVertex, SourceLocation, SourceMap } from "./vertex.ts";

/**
 * The result of a definition (a `pb.Definition` message) as an edge to build on: its ops are taken over as the bytes that they are, with their
 * metadata and places. Undefined for the empty definition, which is scratch.
 *
 * As in BuildKit, each output of an op is a vertex of its own: an op that is used by two outputs gives its places twice.
 * @throws Failure `definition-invalid`
 */
export function edgeOf(bytes: Uint8Array): Edge | undefined {
  const definition = unmarshal(bytes);
  const maps = (definition.source?.infos ?? []).map((info): SourceMap => info);
  const vertices = new Map<string, MarshalledVertex>();
  let result: Edge | undefined;
  for (const [position, op] of definition.ops.entries()) {
    const digest = definition.digests[position] ?? "";
    const opBytes = definition.def[position] ?? new Uint8Array();
    const inputs = op.inputs.map((input): Edge => {
      const key = `${input.digest} ${input.output}`;
      const vertex = vertices.get(key) ?? { ...originalOf(vertices, input.digest) };
      vertices.set(key, vertex);
      return { vertex, output: input.output };
    });
    if (op.kind === "head") result = inputs[0];
    const metadata = definition.metadata.get(digest);
    const locations = locationsOf(definition, digest, maps);
    vertices.set(digest, { kind: "marshalled", digest, bytes: opBytes, op, inputs, metadata, locations });
  }
  return result;
}

/** Inputs stand before their users: `unmarshal` has seen to it. */
function originalOf(vertices: ReadonlyMap<string, MarshalledVertex>, digest: string): MarshalledVertex {
  const vertex = vertices.get(digest);
  if (vertex === undefined) throw new Error(`the definition has no op ${digest}`);
  return vertex;
}

function locationsOf({ source }: UnmarshalledDefinition, digest: string, maps: readonly SourceMap[]): SourceLocation[] {
  return (source?.locations.get(digest) ?? []).flatMap(({ sourceIndex, ranges }) => {
    const sourceMap = maps[sourceIndex];
    return sourceMap === undefined ? [] : [{ sourceMap, ranges }];
  });
}
