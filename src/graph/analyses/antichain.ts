import type { Dag } from "./dag.ts";

/**
 * A largest set of vertices of which none can be reached from another, in ascending order: as many as that, and never
 * more, can be worked on at once (Dilworth: as many as chains are needed to cover the graph).
 *
 * Chains are matchings of each vertex to the next one of its chain, which may lie any way behind it. That is a flow from
 * the `out` of each vertex to the `in` of others along the edges, where what comes `in` may pass on to `out` of the same
 * vertex: memory stays linear, no table of what reaches what is needed. Dinic's algorithm; no recursion.
 */
export function largestAntichain(dag: Dag): Int32Array {
  const flow = new ChainFlow(dag);
  while (flow.findLayers()) flow.augment();
  return flow.cut();
}

const unreached = -1;

/**
 * Nodes: `v` is the out of vertex v, `size + v` its in. A step from an out along edge e to an in is always open, back
 * along it while flow is on it; from an in to its own out always, and back while flow passes.
 */
class ChainFlow {
  readonly #dag: Dag;
  /** By the place of an edge in `dependents`. */
  readonly #onEdge: Int32Array;
  readonly #passing: Int32Array;
  /** Whether a vertex has a next one in its chain, and one before it. */
  readonly #hasNext: Uint8Array;
  readonly #hasBefore: Uint8Array;
  readonly #layers: Int32Array;
  readonly #queue: Int32Array;
  /** How many of the steps from a node are known to lead nowhere. */
  readonly #tried: Int32Array;
  /** By place in `inputs`, the place of the same edge in `dependents`. */
  readonly #edgeOfInput: Int32Array;

  constructor(dag: Dag) {
    const { size, inputs } = dag;
    this.#dag = dag;
    this.#onEdge = new Int32Array(inputs.length);
    this.#passing = new Int32Array(size);
    this.#hasNext = new Uint8Array(size);
    this.#hasBefore = new Uint8Array(size);
    this.#layers = new Int32Array(2 * size);
    this.#queue = new Int32Array(2 * size);
    this.#tried = new Int32Array(2 * size);
    this.#edgeOfInput = edgesOfInputs(dag);
    this.#matchNeighbours();
  }

  /** Chains of direct dependents: nearly all there is in a build. */
  #matchNeighbours(): void {
    const { size, dependentStarts, dependents } = this.#dag;
    for (let vertex = 0; vertex < size; vertex++) {
      for (let at = dependentStarts[vertex] ?? 0; at < (dependentStarts[vertex + 1] ?? 0); at++) {
        const dependent = dependents[at] ?? 0;
        if (this.#hasBefore[dependent] === 1) continue;
        this.#hasBefore[dependent] = 1;
        this.#hasNext[vertex] = 1;
        this.#onEdge[at] = 1;
        break;
      }
    }
  }

  /** Distances from the outs without a next; whether an in without a before is among what they reach. */
  findLayers(): boolean {
    const { size } = this.#dag;
    const layers = this.#layers.fill(unreached);
    const queue = this.#queue;
    let end = 0;
    for (let vertex = 0; vertex < size; vertex++) {
      if (this.#hasNext[vertex] === 1) continue;
      layers[vertex] = 0;
      queue[end++] = vertex;
    }
    let reachesEnd = false;
    for (let at = 0; at < end; at++) {
      const node = queue[at] ?? 0;
      if (node >= size && this.#hasBefore[node - size] === 0) reachesEnd = true;
      const layer = (layers[node] ?? 0) + 1;
      const steps = this.#stepCount(node);
      for (let step = 0; step < steps; step++) {
        const next = this.#stepTo(node, step);
        if (next < 0 || layers[next] !== unreached) continue;
        layers[next] = layer;
        queue[end++] = next;
      }
    }
    this.#tried.fill(0);
    return reachesEnd;
  }

  /** Sends all the flow that the layers leave room for. */
  augment(): void {
    const { size } = this.#dag;
    for (let vertex = 0; vertex < size; vertex++) if (this.#hasNext[vertex] === 0) this.#augmentFrom(vertex);
  }

  #augmentFrom(source: number): void {
    const { size } = this.#dag;
    const path = [source];
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      if (node >= size && this.#hasBefore[node - size] === 0) {
        this.#hasNext[source] = 1;
        this.#hasBefore[node - size] = 1;
        for (const from of path.slice(0, -1)) this.#send(from, this.#tried[from] ?? 0);
        return;
      }
      const next = this.#nextStep(node);
      if (next >= 0) path.push(next);
      else {
        path.pop();
        const before = path.at(-1);
        if (before !== undefined) this.#tried[before] = (this.#tried[before] ?? 0) + 1;
      }
    }
  }

  /** Where the first step leads that goes one layer further and was not tried; -1 if there is none. */
  #nextStep(node: number): number {
    const steps = this.#stepCount(node);
    const layer = (this.#layers[node] ?? 0) + 1;
    for (let step = this.#tried[node] ?? 0; step < steps; step++) {
      const next = this.#stepTo(node, step);
      if (next < 0 || this.#layers[next] !== layer) continue;
      this.#tried[node] = step;
      return next;
    }
    this.#tried[node] = steps;
    return -1;
  }

  /** From an out: its edges, and back to its in. From an in: to its out, and back along the edges that lead here. */
  #stepCount(node: number): number {
    const { size, dependentStarts, inputStarts } = this.#dag;
    if (node < size) return (dependentStarts[node + 1] ?? 0) - (dependentStarts[node] ?? 0) + 1;
    const vertex = node - size;
    return (inputStarts[vertex + 1] ?? 0) - (inputStarts[vertex] ?? 0) + 1;
  }

  /** The node that a step leads to; -1 where nothing can flow. */
  #stepTo(node: number, step: number): number {
    const { size, dependentStarts, dependents, inputStarts, inputs } = this.#dag;
    if (node < size) {
      if (step === 0) return (this.#passing[node] ?? 0) > 0 ? size + node : -1;
      return size + (dependents[(dependentStarts[node] ?? 0) + step - 1] ?? 0);
    }
    const vertex = node - size;
    if (step === 0) return vertex;
    const at = (inputStarts[vertex] ?? 0) + step - 1;
    return (this.#onEdge[this.#edgeOfInput[at] ?? 0] ?? 0) > 0 ? (inputs[at] ?? 0) : -1;
  }

  #send(node: number, step: number): void {
    const { size, dependentStarts, inputStarts } = this.#dag;
    const add = (counts: Int32Array, at: number, change: number) => {
      counts[at] = (counts[at] ?? 0) + change;
    };
    if (node < size) {
      if (step === 0) add(this.#passing, node, -1);
      else add(this.#onEdge, (dependentStarts[node] ?? 0) + step - 1, 1);
      return;
    }
    const vertex = node - size;
    if (step === 0) add(this.#passing, vertex, 1);
    else add(this.#onEdge, this.#edgeOfInput[(inputStarts[vertex] ?? 0) + step - 1] ?? 0, -1);
  }

  /** König: the vertices whose out was reached by the last layers, and whose in was not. */
  cut(): Int32Array {
    const { size } = this.#dag;
    const layers = this.#layers;
    return Int32Array.from({ length: size }, (_, vertex) => vertex).filter(
      (vertex) => layers[vertex] !== unreached && layers[size + vertex] === unreached,
    );
  }
}

function edgesOfInputs({ size, inputStarts, inputs, dependentStarts }: Dag): Int32Array {
  const edges = new Int32Array(inputs.length);
  const next = dependentStarts.slice();
  for (let vertex = 0; vertex < size; vertex++) {
    for (let at = inputStarts[vertex] ?? 0; at < (inputStarts[vertex + 1] ?? 0); at++) {
      const input = inputs[at] ?? 0;
      const place = next[input] ?? 0;
      edges[at] = place;
      next[input] = place + 1;
    }
  }
  return edges;
}
