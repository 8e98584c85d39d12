import type { Edge, Vertex } from "./vertex.ts";

/** An edge whose vertex is known. */
export interface ResolvedEdge {
  readonly vertex: Vertex;
  readonly output: number;
}

/** Follows late vertices, asking each of them once. Undefined is scratch. */
export function edgeResolver(): (edge: Edge | undefined) => ResolvedEdge | undefined {
  const answers = new Map<object, Edge | undefined>();
  return (edge) => {
    let current = edge;
    while (current !== undefined) {
      const { vertex, output } = current;
      if (vertex.kind !== "late") return { vertex, output };
      if (!answers.has(vertex)) answers.set(vertex, vertex.resolve());
      current = answers.get(vertex);
    }
    return undefined;
  };
}
