import type { Dag } from "./dag.ts";
import { remainingWays } from "./list-schedule.ts";

/** When each vertex can start, and must, where there is always a worker for it. In the unit of the durations. */
export interface FreeSchedule {
  readonly span: number;
  readonly earliestStarts: Float64Array;
  readonly latestStarts: Float64Array;
  /** A longest way from its first vertex to its last; where there are several, always the same. */
  readonly criticalPath: readonly number[];
}

export function freeSchedule(dag: Dag, durations: Float64Array): FreeSchedule {
  const { size, inputStarts, inputs } = dag;
  const earliestStarts = new Float64Array(size);
  // The input that a vertex has to wait for longest, and of the vertices the one that ends last.
  const waitsFor = new Int32Array(size).fill(-1);
  let span = 0;
  let last = -1;
  for (let vertex = 0; vertex < size; vertex++) {
    let start = 0;
    for (let at = inputStarts[vertex] ?? 0; at < (inputStarts[vertex + 1] ?? 0); at++) {
      const input = inputs[at] ?? 0;
      const end = (earliestStarts[input] ?? 0) + (durations[input] ?? 0);
      if (end > start || waitsFor[vertex] === -1) {
        start = end;
        waitsFor[vertex] = input;
      }
    }
    earliestStarts[vertex] = start;
    const end = start + (durations[vertex] ?? 0);
    if (end > span || last === -1) {
      span = end;
      last = vertex;
    }
  }
  const criticalPath: number[] = [];
  for (let vertex = last; vertex >= 0; vertex = waitsFor[vertex] ?? -1) criticalPath.push(vertex);
  const ways = remainingWays(dag, durations);
  // Sums in another order can differ in their last digits: that is no slack.
  const noise = span * 1e-12 * Math.min(size, 1000);
  const latestStarts = earliestStarts.map((earliest, vertex) => {
    const latest = span - (ways[vertex] ?? 0);
    return latest - earliest > noise ? latest : earliest;
  });
  return { span, earliestStarts, latestStarts, criticalPath: criticalPath.reverse() };
}

/** From 1: one more than the highest level of the inputs. */
export function levelsOf({ size, inputStarts, inputs }: Dag): Int32Array {
  const levels = new Int32Array(size);
  for (let vertex = 0; vertex < size; vertex++) {
    let highest = 0;
    for (let at = inputStarts[vertex] ?? 0; at < (inputStarts[vertex + 1] ?? 0); at++) {
      highest = Math.max(highest, levels[inputs[at] ?? 0] ?? 0);
    }
    levels[vertex] = highest + 1;
  }
  return levels;
}
