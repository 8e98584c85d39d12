import type { SourceLocation, SourceMap } from "./source-map.ts";
import { type UnmarshalledDefinition, unmarshal } from "./unmarshal.ts";
import type { Edge, MarshalledVertex } from "./vertex.ts";

/**
 * The result of a definition (a `pb.Definition` message) as something to build on: its ops are written again as they
 * are, with their metadata and locations. Undefined for the empty definition, which is scratch.
 * @throws Failure `definition-invalid`
 */
export function edgeOf(definition: Uint8Array): Edge | undefined {
  const unmarshalled = unmarshal(definition);
  const head = unmarshalled.ops.at(-1);
  if (head === undefined) return undefined;
  const vertices = verticesOf(unmarshalled);
  return edgeTo(head.inputs[0], vertices);
}

function verticesOf(definition: UnmarshalledDefinition): ReadonlyMap<string, MarshalledVertex> {
  const locationsOf = locationReader(definition);
  const vertices = new Map<string, MarshalledVertex>();
  for (const [index, op] of definition.ops.entries()) {
    const digest = definition.digests[index] ?? "";
    const bytes = definition.def[index];
    if (bytes === undefined || op.kind === "head") continue;
    vertices.set(digest, {
      kind: "marshalled",
      digest,
      bytes,
      op,
      inputs: op.inputs.flatMap((input) => edgeTo(input, vertices) ?? []),
      metadata: definition.metadata.get(digest),
      locations: locationsOf(digest),
    });
  }
  return vertices;
}

function edgeTo(
  input: { readonly digest: string; readonly output: number } | undefined,
  vertices: ReadonlyMap<string, MarshalledVertex>,
): Edge | undefined {
  const vertex = vertices.get(input?.digest ?? "");
  return vertex === undefined ? undefined : { vertex, output: input?.output ?? 0 };
}

function locationReader({ source }: UnmarshalledDefinition): (digest: string) => readonly SourceLocation[] {
  const maps: readonly SourceMap[] = source?.infos ?? [];
  return (digest) =>
    (source?.locations.get(digest) ?? []).flatMap(({ sourceIndex, ranges }) => {
      const sourceMap = maps[sourceIndex];
      return sourceMap === undefined ? [] : [{ sourceMap, ranges }];
    });
}
