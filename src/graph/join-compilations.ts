import type { BuildGraph, GraphVertex } from "./build-graph.ts";
import type { Compilation } from "./compilation.ts";

/** Two compiles of one Dockerfile, each for platforms of its own, as one. */
export function joinCompilations(one: Compilation, other: Compilation): Compilation {
  const platforms = [...one.platforms, ...other.platforms].sort((a, b) => (a.platform < b.platform ? -1 : 1));
  const lookups = new Map([...one.lookups, ...other.lookups].map((lookup) => [JSON.stringify(lookup), lookup]));
  return {
    ...one,
    platforms,
    graph: joinGraphs(one.graph, other.graph),
    lookups: [...lookups.values()],
    imageDigests: new Map([...one.imageDigests, ...other.imageDigests]),
  };
}

function joinGraphs(one: BuildGraph, other: BuildGraph): BuildGraph {
  const vertices = new Map(one.vertices.map((vertex) => [vertex.digest, vertex]));
  for (const vertex of other.vertices) vertices.set(vertex.digest, joinVertices(vertices.get(vertex.digest), vertex));
  return Object.freeze({
    // Inputs of both stand in the first already, and those of the second alone come after them.
    vertices: Object.freeze([...vertices.values()]),
    results: new Map([...one.results, ...other.results]),
    vertex: (digest: string) => vertices.get(digest),
  });
}

function joinVertices(known: GraphVertex | undefined, vertex: GraphVertex): GraphVertex {
  if (known === undefined) return vertex;
  return Object.freeze({
    ...known,
    platforms: Object.freeze([...known.platforms, ...vertex.platforms]),
    dependents: Object.freeze([...new Set([...known.dependents, ...vertex.dependents])]),
  });
}
