import type { Edge, LateVertex, Vertex } from "./vertex.ts";

/** An edge whose vertex is known. */
export interface ResolvedEdge extends Edge {
  readonly vertex: Vertex;
}

/** Follows late vertices, asking each of them once. Undefined is scratch. */
export function edgeResolver(): (edge: Edge | undefined) => ResolvedEdge | undefined {
  const answers = new Map<LateVertex, Edge | undefined>();
  return (edge) => {
    let current = edge;
    while (current !== undefined && !isResolved(current)) {
      const { vertex } = current;
      if (vertex.kind === "late" && !answers.has(vertex)) answers.set(vertex, vertex.resolve());
      current = vertex.kind === "late" ? answers.get(vertex) : undefined;
    }
    return current;
  };
}

function isResolved(edge: Edge): edge is ResolvedEdge {
  return edge.vertex.kind !== "late";
}
