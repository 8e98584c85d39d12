import type { BuildGraph, GraphVertex } from "../build-graph.ts";

export type PlainVertex = Omit<GraphVertex, "kind" | "dependents">;

/** A graph of vertices, inputs first, of which no definition is at hand. Results are the vertices that nothing reads. */
export function plainGraph(plain: readonly PlainVertex[]): BuildGraph {
  const dependents = new Map<string, string[]>(plain.map(({ digest }) => [digest, []]));
  for (const { digest, inputs } of plain) {
    for (const input of new Set(inputs.map((each) => each.digest))) dependents.get(input)?.push(digest);
  }
  const vertices = plain.map(
    (vertex): GraphVertex =>
      Object.freeze({
        ...vertex,
        kind: vertex.op.kind,
        dependents: Object.freeze(dependents.get(vertex.digest) ?? []),
      }),
  );
  const byDigest = new Map(vertices.map((vertex) => [vertex.digest, vertex]));
  const results = vertices
    .filter((vertex) => vertex.dependents.length === 0)
    .flatMap(({ digest, platforms }) => platforms.map((platform) => [platform, digest] as const));
  return Object.freeze({
    vertices: Object.freeze(vertices),
    results: new Map(results),
    vertex: (digest: string) => byDigest.get(digest),
  });
}
