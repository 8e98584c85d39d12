import { type Dag, makeDag } from "../dag.ts";
import { freeSchedule } from "../free-schedule.ts";
import { listScheduler, remainingWays } from "../list-schedule.ts";

/** Vertices of a numbered graph with their times, and how many work on them: as many as can be used when undefined. */
export interface TimedDag {
  readonly dag: Dag;
  readonly times: Float64Array;
  readonly workers: number | undefined;
  /** The longest way from each vertex on; worked out once. */
  ways(): Float64Array;
}

export function timedDag(dag: Dag, times: Float64Array, workers: number | undefined): TimedDag {
  let ways: Float64Array | undefined;
  return {
    dag,
    times,
    workers,
    ways() {
      ways ??= remainingWays(dag, times);
      return ways;
    },
  };
}

export function makespanOf({ dag, times, workers, ways }: TimedDag): number {
  if (workers === undefined) return freeSchedule(dag, times).span;
  return listScheduler(dag, times, { priorities: ways() })(workers).makespan;
}

/** How long a build takes in which `changed` run again, and what stands on them; the rest is cached. */
export function rebuildTime(timed: TimedDag, changed: Iterable<number>): number {
  const { dag, times, workers, ways } = timed;
  if (workers === undefined) {
    // All that is reached from a changed vertex runs: the longest way begins at one.
    let longest = 0;
    for (const vertex of changed) longest = Math.max(longest, ways()[vertex] ?? 0);
    return longest;
  }
  const runs = new Uint8Array(dag.size);
  for (const vertex of changed) runs[vertex] = 1;
  for (let vertex = 0; vertex < dag.size; vertex++) {
    if (runs[vertex] !== 1) continue;
    for (let at = dag.dependentStarts[vertex] ?? 0; at < (dag.dependentStarts[vertex + 1] ?? 0); at++) {
      runs[dag.dependents[at] ?? 0] = 1;
    }
  }
  return makespanOf(
    timedDag(
      dag,
      times.map((time, vertex) => (runs[vertex] === 1 ? time : 0)),
      workers,
    ),
  );
}

/** With other times for some vertices. */
export function retimed(timed: TimedDag, change: (time: number, vertex: number) => number): TimedDag {
  return timedDag(timed.dag, timed.times.map(change), timed.workers);
}

/**
 * With other inputs for some vertices, numbered anew where inputs would not stand before their readers.
 * @throws RangeError for a cycle
 */
export function rewired(
  timed: TimedDag,
  inputsOf: (vertex: number, inputs: readonly number[]) => readonly number[],
): TimedDag {
  const { dag, times, workers } = timed;
  const inputs = Array.from({ length: dag.size }, (_, vertex) =>
    inputsOf(vertex, Array.from(dag.inputs.subarray(dag.inputStarts[vertex], dag.inputStarts[vertex + 1]))),
  );
  const order = topologicalOrder(inputs);
  const places = new Int32Array(dag.size);
  for (const [place, vertex] of order.entries()) places[vertex] = place;
  return timedDag(
    makeDag(dag.size, (place) => (inputs[order[place] ?? 0] ?? []).map((input) => places[input] ?? 0)),
    Float64Array.from(order, (vertex) => times[vertex] ?? 0),
    workers,
  );
}

function topologicalOrder(inputs: readonly (readonly number[])[]): readonly number[] {
  const dependents: number[][] = inputs.map(() => []);
  for (const [vertex, list] of inputs.entries()) for (const input of list) dependents[input]?.push(vertex);
  const missing = inputs.map((list) => list.length);
  const order = inputs.flatMap((list, vertex) => (list.length === 0 ? [vertex] : []));
  for (let at = 0; at < order.length; at++) {
    for (const dependent of dependents[order[at] ?? 0] ?? []) {
      const left = (missing[dependent] ?? 0) - 1;
      missing[dependent] = left;
      if (left === 0) order.push(dependent);
    }
  }
  return order;
}
