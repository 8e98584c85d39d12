import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { analyze } from "../../../src/graph/analyses/analyze.ts";
import { largestAntichain } from "../../../src/graph/analyses/antichain.ts";
import { makeDag } from "../../../src/graph/analyses/dag.ts";
import { freeSchedule, levelsOf } from "../../../src/graph/analyses/free-schedule.ts";
import { listScheduler, remainingWays } from "../../../src/graph/analyses/list-schedule.ts";
import {
  allWays,
  ancestors,
  largestAntichainSize,
  lengthOf,
  shortestMakespan,
  tickingSchedule,
} from "./brute-force.ts";
import { graphOf, name, type RandomDag, randomDag } from "./random-dag.ts";

function analysisOf(dag: RandomDag, mostWorkers = 64) {
  const { graph, durations } = graphOf(dag);
  return analyze(graph, durations, { mostWorkers });
}

describe("on any small graph, against trying everything", () => {
  test("levels, span, critical path and slack", () => {
    fc.assert(
      fc.property(randomDag(8), (dag) => {
        const analysis = analysisOf(dag, 1);
        const ways = allWays(dag);
        const longest = Math.max(0, ...ways.map((way) => lengthOf(way, dag.times)));
        expect(analysis.span).toBe(longest);
        expect(analysis.work).toBe(dag.times.reduce((sum, time) => sum + time, 0));
        const path = analysis.criticalPath.map((digest) => Number(digest.slice(1)));
        if (dag.inputs.length > 0) expect(ways.map(String)).toContain(String(path));
        expect(lengthOf(path, dag.times)).toBe(longest);
        const found = analysis.vertices.map(({ level, slack }) => [level, slack]);
        const wanted = dag.inputs.map((_, vertex) => {
          const through = ways.filter((way) => way.includes(vertex));
          const depths = through.map((way) => way.indexOf(vertex) + 1);
          return [Math.max(...depths), longest - Math.max(...through.map((way) => lengthOf(way, dag.times)))];
        });
        expect(found).toEqual(wanted);
        const levels = analysis.vertices.map(({ level }) => level);
        expect(analysis.levels).toEqual(
          Array.from({ length: Math.max(0, ...levels) }, (_, at) => levels.filter((level) => level === at + 1).length),
        );
        expect(analysis.width).toBe(Math.max(0, ...analysis.levels));
      }),
      { numRuns: 2000 },
    );
  });

  test("a vertex that takes its slack longer leaves the span as it is, and one more does not", () => {
    fc.assert(
      fc.property(randomDag(9), fc.nat(), (dag, pick) => {
        if (dag.inputs.length === 0) return;
        const vertex = pick % dag.inputs.length;
        const before = analysisOf(dag, 1);
        const longer = (extra: number) => ({
          ...dag,
          times: dag.times.map((time, at) => (at === vertex ? time + extra : time)),
        });
        const slack = before.vertices[vertex]?.slack ?? 0;
        expect(analysisOf(longer(slack), 1).span).toBe(before.span);
        expect(analysisOf(longer(slack + 1), 1).span).toBe(before.span + 1);
      }),
      { numRuns: 1000 },
    );
  });

  test("a largest antichain", () => {
    fc.assert(
      fc.property(randomDag(10), (dag) => {
        const { antichain, width } = analysisOf(dag, 1);
        const needed = ancestors(dag);
        const members = antichain.map((digest) => Number(digest.slice(1)));
        expect(members.filter((a) => members.some((b) => needed[b]?.has(a)))).toEqual([]);
        expect(members.length).toBe(largestAntichainSize(dag));
        expect(width).toBeLessThanOrEqual(members.length);
      }),
      { numRuns: 2000 },
    );
  });

  test("the schedule of each number of workers, moment by moment", () => {
    fc.assert(
      fc.property(randomDag(9), (dag) => {
        for (const { workers, makespan } of analysisOf(dag, 5).workers) {
          expect(makespan).toBe(tickingSchedule(dag, workers));
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("no schedule is shorter than the shortest, nor than the bounds, nor longer than Brent's", () => {
    fc.assert(
      fc.property(randomDag(6), (dag) => {
        const { workers: counts, work, span, speedUpBound } = analysisOf(dag, 4);
        expect(counts[0]?.makespan).toBe(work);
        for (const { workers, makespan, speedUp, lowerBound, brentBound } of counts) {
          const shortest = shortestMakespan(dag, workers);
          expect(makespan).toBeGreaterThanOrEqual(shortest);
          expect(shortest).toBeGreaterThanOrEqual(lowerBound - 1e-9);
          expect(makespan).toBeLessThanOrEqual(brentBound + 1e-9);
          expect(speedUp).toBeLessThanOrEqual(speedUpBound + 1e-9);
        }
        expect(speedUpBound).toBe(span === 0 ? 1 : work / span);
      }),
      { numRuns: 500 },
    );
  });

  test("the smallest number of workers that gives 95 %", () => {
    fc.assert(
      fc.property(randomDag(12), (dag) => {
        const { enough, span, workers: counts } = analysisOf(dag, 12);
        const first = counts.find(({ makespan }) => makespan * 0.95 <= span + 1e-9);
        expect(enough).toEqual({ workers: first?.workers, makespan: first?.makespan, share: 0.95, isSmallest: true });
      }),
      { numRuns: 1000 },
    );
  });
});

describe("closed forms", () => {
  const chain = (length: number): RandomDag => ({
    inputs: Array.from({ length }, (_, vertex) => (vertex === 0 ? [] : [vertex - 1])),
    times: Array.from({ length }, () => 2),
  });
  const apart = (length: number): RandomDag => ({
    inputs: Array.from({ length }, () => []),
    times: Array.from({ length }, () => 3),
  });

  test("a chain is as long as its work, whoever works on it", () => {
    const { span, work, speedUpBound, width, antichain, enough, workers, levels } = analysisOf(chain(50));
    expect({ span, work, speedUpBound, width }).toEqual({ span: 100, work: 100, speedUpBound: 1, width: 1 });
    expect(antichain.length).toBe(1);
    expect(levels).toEqual(Array.from({ length: 50 }, () => 1));
    expect(enough.workers).toBe(1);
    expect(new Set(workers.map(({ makespan }) => makespan))).toEqual(new Set([100]));
  });

  test("equal vertices that are independent take as many rounds as there are", () => {
    const { workers, span, speedUpBound, enough, antichain } = analysisOf(apart(100));
    expect(span).toBe(3);
    expect(speedUpBound).toBe(100);
    expect(antichain.length).toBe(100);
    for (const count of workers) expect(count.makespan).toBe(3 * Math.ceil(100 / count.workers));
    expect(enough).toEqual({ workers: 100, makespan: 3, share: 0.95, isSmallest: true });
  });

  test("a binary tree that is folded up: a level less for each doubling", () => {
    const leaves = 64;
    const inputs: number[][] = Array.from({ length: leaves }, () => []);
    for (let read = 0; inputs.length < 2 * leaves - 1; read += 2) inputs.push([read, read + 1]);
    const { span, work, levels, width, workers } = analysisOf({ inputs, times: inputs.map(() => 1) });
    expect({ span, work, width }).toEqual({ span: 7, work: 127, width: 64 });
    expect(levels).toEqual([64, 32, 16, 8, 4, 2, 1]);
    // Hu: longest way first is the best there is for a tree of equal vertices.
    expect(workers[1]?.makespan).toBe(64);
    expect(workers[63]?.makespan).toBe(7);
  });

  test("a grid is as wide as its shorter side, though no level shows it", () => {
    const [rows, columns] = [5, 9];
    const inputs = Array.from({ length: rows * columns }, (_, vertex) => [
      ...(vertex % columns === 0 ? [] : [vertex - 1]),
      ...(vertex < columns ? [] : [vertex - columns]),
    ]);
    const { span, width, antichain } = analysisOf({ inputs, times: inputs.map(() => 1) });
    expect({ span, width, antichain: antichain.length }).toEqual({ span: 13, width: 5, antichain: 5 });
  });

  test("more can run at once than any level holds", () => {
    // 0 → 1 → 2 beside 3 → 4: levels 2, 2, 1; and a vertex behind each of 2 and 3.
    const inputs = [[], [0], [], [2], [2], [1]];
    const { width, antichain } = analysisOf({ inputs, times: inputs.map(() => 1) });
    expect({ width, antichain: antichain.length }).toEqual({ width: 3, antichain: 3 });
    const uneven = [[], [0], [1], [1], [], [4], [4], [4]];
    const found = analysisOf({ inputs: uneven, times: uneven.map(() => 1) });
    expect({ width: found.width, antichain: found.antichain.length }).toEqual({ width: 4, antichain: 5 });
  });

  test("nothing to do", () => {
    const analysis = analysisOf({ inputs: [], times: [] }, 2);
    expect(analysis).toMatchObject({ levels: [], width: 0, antichain: [], work: 0, span: 0, speedUpBound: 1 });
    expect(analysis.enough).toEqual({ workers: 1, makespan: 0, share: 0.95, isSmallest: true });
    expect(analysis.workers.map(({ makespan, speedUp }) => [makespan, speedUp])).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });
});

test("more workers can make a list schedule longer, and the simulation shows it", () => {
  const inputs = [[], [], [], [0], [0, 1, 2], [], [2], [0, 3, 4], [7]];
  const { workers } = analysisOf({ inputs, times: [7, 6, 5, 9, 9, 9, 6, 6, 6] }, 5);
  expect(workers.map(({ makespan }) => makespan)).toEqual([63, 32, 33, 28, 28]);
});

test("chains of 100,000 vertices need no stack", () => {
  const length = 100_000;
  const dag = makeDag(length, (vertex) => (vertex < 2 ? [] : [vertex - 2]));
  const times = new Float64Array(length).fill(1);
  expect(freeSchedule(dag, times).span).toBe(length / 2);
  expect(levelsOf(dag).at(-1)).toBe(length / 2);
  expect(largestAntichain(dag).length).toBe(2);
  const schedule = listScheduler(dag, times, { priorities: remainingWays(dag, times) });
  expect([schedule(1).makespan, schedule(2).makespan, schedule(3).makespan]).toEqual([length, length / 2, length / 2]);
});

test("an input that does not stand before its reader is refused", () => {
  expect(() => makeDag(2, (vertex) => [1 - vertex])).toThrow(RangeError);
  expect(() => makeDag(1, () => [0])).toThrow("vertex 0 reads 0");
});

test("vertices are named by their digests", () => {
  const { criticalPath, vertices } = analysisOf({ inputs: [[], [0]], times: [1, 1] }, 1);
  expect(criticalPath).toEqual([name(0), name(1)]);
  expect(vertices.map(({ earliestStart, latestStart }) => [earliestStart, latestStart])).toEqual([
    [0, 0],
    [1, 1],
  ]);
});
