import fc from "fast-check";
import { type Dag, makeDag } from "../../../src/graph/analyses/dag.ts";
import type { Durations } from "../../../src/graph/analyses/durations.ts";
import type { BuildGraph, GraphVertex } from "../../../src/graph/build-graph.ts";
import type { ExecOp, Op, SourceOp } from "../../../src/llb/op.ts";

/** A graph by the inputs of its vertices, with a duration for each: small whole numbers, so that sums are exact. */
export interface RandomDag {
  readonly inputs: readonly (readonly number[])[];
  readonly times: readonly number[];
}

/** Any acyclic graph of up to so many vertices, from none to all edges. */
export function randomDag(most: number): fc.Arbitrary<RandomDag> {
  return fc
    .record({
      size: fc.integer({ min: 0, max: most }),
      density: fc.constantFrom(0.05, 0.15, 0.3, 0.6),
      seed: fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      times: fc.infiniteStream(fc.integer({ min: 0, max: 9 })),
    })
    .map(({ size, density, seed, times }) => ({
      inputs: Array.from({ length: size }, (_, vertex) =>
        Array.from({ length: vertex }, (_, input) => input).filter(() => next(seed) < density),
      ),
      times: Array.from({ length: size }, () => next(times)),
    }));
}

function next<T>(stream: Iterator<T>): T {
  return stream.next().value;
}

export function dagOf({ inputs }: Pick<RandomDag, "inputs">): Dag {
  return makeDag(inputs.length, (vertex) => inputs[vertex] ?? []);
}

/** A build graph of that shape; its vertices are RUN steps where `isStep` says so, else sources. */
export function graphOf(
  { inputs, times }: RandomDag,
  isStep: (vertex: number) => boolean = () => true,
): { readonly graph: BuildGraph; readonly durations: Durations } {
  const vertices = inputs.map((list, vertex): GraphVertex => {
    const op: Op = isStep(vertex) ? step(list) : source(list);
    return {
      digest: name(vertex),
      kind: op.kind,
      op,
      name: name(vertex),
      stage: undefined,
      platforms: ["linux/amd64"],
      lines: [vertex + 1],
      inputs: op.inputs,
      dependents: inputs.flatMap((others, reader) => (others.includes(vertex) ? [name(reader)] : [])),
    };
  });
  const byDigest = new Map(vertices.map((vertex) => [vertex.digest, vertex]));
  return {
    graph: { vertices, results: new Map(), vertex: (digest) => byDigest.get(digest) },
    durations: new Map(
      times.map((ms, vertex) => [name(vertex), { ms, provenance: "measured", basis: "vertex", emulation: 1 }]),
    ),
  };
}

export function name(vertex: number): string {
  return `v${vertex}`;
}

function step(inputs: readonly number[]): ExecOp {
  return {
    kind: "exec",
    inputs: inputs.map((input) => ({ digest: name(input), output: 0 })),
    platform: undefined,
    workerConstraints: undefined,
    meta: { args: ["/bin/sh", "-c", "true"], cwd: "/", removeMountStubsRecursive: true },
    mounts: [],
    network: "sandbox",
    security: "sandbox",
    secretEnv: [],
    cdiDevices: [],
  };
}

function source(inputs: readonly number[]): SourceOp {
  return {
    kind: "source",
    inputs: inputs.map((input) => ({ digest: name(input), output: 0 })),
    platform: undefined,
    workerConstraints: undefined,
    identifier: "local://context",
    attrs: new Map(),
  };
}
