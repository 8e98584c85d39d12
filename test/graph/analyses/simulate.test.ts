import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyze } from "../../../src/graph/analyses/analyze.ts";
import { type Schedule, simulate } from "../../../src/graph/analyses/simulate.ts";
import { whatIf } from "../../../src/graph/analyses/what-if.ts";
import { runSteps } from "../../../src/solver/scheduler.ts";
import { graphOf, name, type RandomDag, randomDag } from "./random-dag.ts";

describe("a simulated schedule", () => {
  test("keeps the order of the graph, the number of workers, and no worker idle while a vertex is ready", () => {
    fc.assert(
      fc.property(randomDag(14), fc.integer({ min: 1, max: 5 }), (dag, workers) => {
        const { graph, durations } = graphOf(dag);
        const schedule = simulate(graph, durations, { workers });
        expect(problemsOf(schedule, dag, workers)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  test("has the makespan that the analysis tells", () => {
    fc.assert(
      fc.property(randomDag(14), (dag) => {
        const { graph, durations } = graphOf(dag);
        const { workers: counts, span, antichain } = analyze(graph, durations, { mostWorkers: 6 });
        const simulated = counts.map(({ workers }) => simulate(graph, durations, { workers }).makespan);
        expect(simulated).toEqual(counts.map(({ makespan }) => makespan));
        const free = simulate(graph, durations);
        expect(free.makespan).toBe(span);
        expect(free.workers).toBeLessThanOrEqual(antichain.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the policy `steps`", () => {
  test("starts the steps that the solver starts, when it starts them", async () => {
    await fc.assert(
      fc.asyncProperty(randomDag(12), fc.integer({ min: 1, max: 4 }), async (shape, limit) => {
        // Times of which no two sums are equal: what ends at one moment has no order of its own in a solve.
        const dag = { ...shape, times: shape.times.map((time, vertex) => time + 1 + 2 ** -(vertex + 1)) };
        const isStep = (vertex: number) => vertex % 3 !== 0;
        const { graph, durations } = graphOf(dag, isStep);
        const times = new Map([...durations].map(([digest, { ms }]) => [digest, isStep(numberOf(digest)) ? ms : 0]));
        const zeroed = new Map([...durations].map(([digest, one]) => [digest, { ...one, ms: times.get(digest) ?? 0 }]));
        const solved = await solveByClock(dag, isStep, times, limit);
        const { runs } = simulate(graph, zeroed, { workers: limit, policy: "steps" });
        const simulated = runs
          .filter(({ digest }) => isStep(numberOf(digest)))
          .map(({ digest, start, end }) => ({ digest, start, end }));
        const order = (a: { readonly digest: string }, b: { readonly digest: string }) =>
          numberOf(a.digest) - numberOf(b.digest);
        expect([...simulated].sort(order)).toEqual([...solved].sort(order));
      }),
      { numRuns: 500 },
    );
  });

  test("starts what stands first even where it becomes ready only by what takes no time", () => {
    // 0 connects to 1; 2 is ready by itself. 1 and 2 have as long a way before them, and 1 stands first.
    const dag: RandomDag = { inputs: [[], [0], [], [1, 2]], times: [0, 7, 6, 1] };
    const { graph, durations } = graphOf(dag, (vertex) => vertex > 0);
    const { runs } = simulate(graph, durations, { workers: 1, policy: "steps" });
    expect(runs.map(({ digest, start }) => [digest, start])).toEqual([
      ["v0", 0],
      ["v1", 0],
      ["v2", 7],
      ["v3", 13],
    ]);
  });
});

describe("what if", () => {
  const dag: RandomDag = { inputs: [[], [], [0, 1], [2]], times: [4, 8, 2, 5] };
  const { graph, durations } = graphOf(dag);

  test("a vertex took another time", () => {
    expect(whatIf(graph, durations, { durations: new Map([["v1", 1]]) })).toEqual({ before: 15, after: 11 });
    expect(whatIf(graph, durations, { durations: new Map([["v0", 0]]) })).toEqual({ before: 15, after: 15 });
  });

  test("there were another number of workers", () => {
    expect(whatIf(graph, durations, { workers: 1 })).toEqual({ before: 15, after: 19 });
    expect(whatIf(graph, durations, { workers: 2 }, { workers: 1 })).toEqual({ before: 19, after: 15 });
  });

  test("nothing was emulated", () => {
    const emulated = new Map(
      [...durations].map(([digest, one]) => [digest, digest === "v3" ? { ...one, ms: 30, emulation: 6 } : one]),
    );
    expect(whatIf(graph, emulated, { isNative: true })).toEqual({ before: 40, after: 15 });
  });
});

/** What a schedule does that it must not, one sentence each. */
function problemsOf({ runs, makespan }: Schedule, { inputs, times }: RandomDag, workers: number): string[] {
  const byVertex = new Map(runs.map((run) => [run.digest, run]));
  const problems: string[] = [];
  if (byVertex.size !== inputs.length) problems.push(`${byVertex.size} of ${inputs.length} vertices run`);
  if (makespan !== Math.max(0, ...runs.map(({ end }) => end))) problems.push("the makespan is not the last end");
  for (const [vertex, list] of inputs.entries()) {
    const run = byVertex.get(name(vertex));
    if (run === undefined) continue;
    if (run.end - run.start !== times[vertex]) problems.push(`${vertex} takes another time`);
    const ready = Math.max(0, ...list.map((input) => byVertex.get(name(input))?.end ?? 0));
    if (run.start < ready) problems.push(`${vertex} starts before its inputs end`);
    for (let now = ready; now < run.start; now++) {
      const busy = runs.filter(({ start, end }) => start <= now && now < end).length;
      if (busy < workers) problems.push(`${vertex} waits at ${now} while a worker is free`);
    }
  }
  for (const [at, a] of runs.entries()) {
    if (a.worker === undefined || a.worker >= workers) problems.push(`there is no worker ${a.worker}`);
    const overlapping = runs.slice(at + 1).find((b) => b.worker === a.worker && b.start < a.end && a.start < b.end);
    if (overlapping !== undefined) problems.push(`worker ${a.worker} does two things at once`);
  }
  return problems;
}

interface Run {
  readonly digest: string;
  readonly start: number;
  readonly end: number;
}

/** Lets the solver's own scheduler run a graph by a clock that stands still until all there is to start has started. */
async function solveByClock(
  { inputs }: RandomDag,
  isStep: (vertex: number) => boolean,
  times: ReadonlyMap<string, number>,
  limit: number,
): Promise<Run[]> {
  const runs: Run[] = [];
  const pending: { readonly end: number; readonly finish: () => void }[] = [];
  let now = 0;
  const steps = new Map(
    inputs.map((list, vertex) => [name(vertex), { inputs: list.map(name), isStep: isStep(vertex) }]),
  );
  let isOver = false;
  const solving = runSteps(
    steps,
    limit,
    (digest) =>
      new Promise((finish) => {
        const end = now + (times.get(digest) ?? 0);
        runs.push({ digest, start: now, end });
        pending.push({ end, finish });
      }),
    new AbortController().signal,
  ).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise(setImmediate);
    pending.sort((a, b) => a.end - b.end);
    const first = pending.shift();
    if (first === undefined) continue;
    now = first.end;
    first.finish();
  }
  await solving;
  return runs;
}

function numberOf(digest: string): number {
  return Number(digest.slice(1));
}
