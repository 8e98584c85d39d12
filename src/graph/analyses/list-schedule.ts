import type { Dag } from "./dag.ts";
import { NumberHeap } from "./number-heap.ts";
import { RankSet } from "./rank-set.ts";

/** Which vertices wait for a worker, and which of those that wait goes first. */
export interface ListPolicy {
  /** The greatest goes first; of equal ones, the vertex that stands earlier. */
  readonly priorities: Float64Array;
  /** 1 for a vertex that a worker is needed for; the others start as soon as their inputs are done. All need one where absent. */
  readonly needsWorker?: Uint8Array;
}

/** When each vertex starts and ends, in the unit of the durations. */
export interface ListSchedule {
  /** Infinity for one that was given up: see `listScheduler`. */
  readonly makespan: number;
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  /** Whether anything ever waited for a worker: if not, more workers make the same schedule. */
  readonly waited: boolean;
}

/**
 * Simulates list schedules of a graph, one call for each number of workers. At every moment at which something ends,
 * first all that ends then is done, and then, as long as a worker is free and a vertex is ready, the first by the policy
 * starts; a worker is never idle while a vertex is ready. That is what `runSteps` of the solver does with its slots.
 *
 * A call with `latest` gives up as soon as it is sure that the schedule ends later than that; priorities have to be the
 * time that is still to go, then. What a call returns is overwritten by the next call. Time of a call: (vertices + edges)
 * · log(vertices).
 */
export function listScheduler(
  dag: Dag,
  durations: Float64Array,
  { priorities, needsWorker }: ListPolicy,
): (workers: number, latest?: number) => ListSchedule {
  const { size, inputStarts, dependentStarts, dependents } = dag;
  const inputCounts = Int32Array.from({ length: size }, (_, vertex) => {
    return (inputStarts[vertex + 1] ?? 0) - (inputStarts[vertex] ?? 0);
  });
  const needs = needsWorker ?? new Uint8Array(size).fill(1);
  const { byRank, ranks } = ranked(priorities);
  const missing = new Int32Array(size);
  const starts = new Float64Array(size);
  const ends = new Float64Array(size);
  const ready = new RankSet(size);
  const running = new NumberHeap(size, ends);
  let work = 0;
  for (let vertex = 0; vertex < size; vertex++) work += needs[vertex] === 1 ? (durations[vertex] ?? 0) : 0;

  return (workers, latest = Number.POSITIVE_INFINITY) => {
    ready.clear();
    running.clear();
    let free = workers;
    // A little less than all, for sums in another order can differ in their last digits.
    let toStart = work * (1 - 1e-9);
    let isLate = false;
    let now = 0;
    let waited = false;
    const start = (vertex: number) => {
      starts[vertex] = now;
      ends[vertex] = now + (durations[vertex] ?? 0);
      if (now + (priorities[vertex] ?? 0) > latest) isLate = true;
      running.push(vertex);
    };
    const reach = (vertex: number) => {
      if (needs[vertex] === 1) ready.add(ranks[vertex] ?? 0);
      else start(vertex);
    };
    missing.set(inputCounts);
    for (let vertex = 0; vertex < size; vertex++) if (missing[vertex] === 0) reach(vertex);
    for (;;) {
      while (running.top >= 0 && ends[running.top] === now) {
        const ended = running.pop();
        if (needs[ended] === 1) free++;
        const last = dependentStarts[ended + 1] ?? 0;
        for (let at = dependentStarts[ended] ?? 0; at < last; at++) {
          const dependent = dependents[at] ?? 0;
          const left = (missing[dependent] ?? 0) - 1;
          missing[dependent] = left;
          if (left === 0) reach(dependent);
        }
      }
      for (; free > 0; free--) {
        const rank = ready.takeFirst();
        if (rank < 0) break;
        const vertex = byRank[rank] ?? 0;
        toStart -= durations[vertex] ?? 0;
        start(vertex);
      }
      if (free === 0 && !ready.isEmpty) waited = true;
      if (isLate || toStart > workers * (latest - now)) {
        return { makespan: Number.POSITIVE_INFINITY, starts, ends, waited };
      }
      if (running.top < 0) return { makespan: now, starts, ends, waited };
      now = ends[running.top] ?? 0;
    }
  };
}

/** The vertices in the order in which they go, and the place of each in it. */
function ranked(priorities: Float64Array): { readonly byRank: Int32Array; readonly ranks: Int32Array } {
  const byRank = Int32Array.from(priorities, (_, vertex) => vertex);
  byRank.sort((a, b) => (priorities[b] ?? 0) - (priorities[a] ?? 0) || a - b);
  const ranks = new Int32Array(byRank.length);
  for (const [rank, vertex] of byRank.entries()) ranks[vertex] = rank;
  return { byRank, ranks };
}

/** The length of the longest way from each vertex on, itself included, by the weights of the vertices. */
export function remainingWays(dag: Dag, weights: Float64Array): Float64Array {
  const { size, dependentStarts, dependents } = dag;
  const ways = new Float64Array(size);
  for (let vertex = size - 1; vertex >= 0; vertex--) {
    let longest = 0;
    for (let at = dependentStarts[vertex] ?? 0; at < (dependentStarts[vertex + 1] ?? 0); at++) {
      const way = ways[dependents[at] ?? 0] ?? 0;
      if (way > longest) longest = way;
    }
    ways[vertex] = longest + (weights[vertex] ?? 0);
  }
  return ways;
}
