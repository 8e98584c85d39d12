import type { BuildGraph, GraphVertex } from "../build-graph.ts";

/**
 * An acyclic graph of numbered vertices, inputs before those that read them, as flat lists: the inputs of `v`, each
 * once, are `inputs[inputStarts[v]]` up to before `inputs[inputStarts[v + 1]]`, and so its dependents.
 */
export interface Dag {
  readonly size: number;
  readonly inputStarts: Int32Array;
  readonly inputs: Int32Array;
  readonly dependentStarts: Int32Array;
  readonly dependents: Int32Array;
}

/**
 * A graph of so many vertices of which `inputsOf(v)` are the inputs; repeats are dropped.
 * @throws RangeError where an input does not stand before its reader.
 */
export function makeDag(size: number, inputsOf: (vertex: number) => Iterable<number>): Dag {
  const inputStarts = new Int32Array(size + 1);
  const lastReader = new Int32Array(size).fill(-1);
  const counts = new Int32Array(size + 1);
  const found: number[] = [];
  for (let vertex = 0; vertex < size; vertex++) {
    for (const input of inputsOf(vertex)) {
      if (!(input >= 0 && input < vertex)) throw new RangeError(`vertex ${vertex} reads ${input}: inputs come first`);
      if (lastReader[input] === vertex) continue;
      lastReader[input] = vertex;
      found.push(input);
      counts[input] = (counts[input] ?? 0) + 1;
    }
    inputStarts[vertex + 1] = found.length;
  }
  const inputs = Int32Array.from(found);
  return { size, inputStarts, inputs, ...reversed(size, inputStarts, inputs, counts) };
}

/** The vertices of a graph as numbers: all of them, or those of one platform, in their order. */
export interface NumberedGraph {
  readonly dag: Dag;
  readonly vertices: readonly GraphVertex[];
  /** Undefined for a digest that is not among them. */
  numberOf(digest: string): number | undefined;
}

/** A graph never changes: what is worked out for all of it serves every analysis of it. */
const wholeGraphs = new WeakMap<BuildGraph, NumberedGraph>();

export function numberedGraph(graph: BuildGraph, platform?: string): NumberedGraph {
  if (platform !== undefined) {
    return numbered(graph.vertices.filter(({ platforms }) => platforms.includes(platform)));
  }
  let whole = wholeGraphs.get(graph);
  if (whole === undefined) {
    whole = numbered(graph.vertices);
    wholeGraphs.set(graph, whole);
  }
  return whole;
}

function numbered(vertices: readonly GraphVertex[]): NumberedGraph {
  const numbers = new Map<string, number>();
  for (let number = 0; number < vertices.length; number++) numbers.set(vertices[number]?.digest ?? "", number);
  const found: number[] = [];
  const dag = makeDag(vertices.length, (vertex) => {
    found.length = 0;
    for (const { digest } of vertices[vertex]?.inputs ?? []) {
      const number = numbers.get(digest);
      if (number !== undefined) found.push(number);
    }
    return found;
  });
  return { dag, vertices, numberOf: (digest) => numbers.get(digest) };
}

function reversed(
  size: number,
  inputStarts: Int32Array,
  inputs: Int32Array,
  counts: Int32Array,
): Pick<Dag, "dependentStarts" | "dependents"> {
  const dependentStarts = new Int32Array(size + 1);
  for (let vertex = 0; vertex < size; vertex++) {
    dependentStarts[vertex + 1] = (dependentStarts[vertex] ?? 0) + (counts[vertex] ?? 0);
  }
  const next = dependentStarts.slice();
  const dependents = new Int32Array(inputs.length);
  for (let vertex = 0; vertex < size; vertex++) {
    for (let at = inputStarts[vertex] ?? 0; at < (inputStarts[vertex + 1] ?? 0); at++) {
      const input = inputs[at] ?? 0;
      const place = next[input] ?? 0;
      dependents[place] = vertex;
      next[input] = place + 1;
    }
  }
  return { dependentStarts, dependents };
}
