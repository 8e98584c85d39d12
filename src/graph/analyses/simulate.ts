import type { BuildGraph } from "../build-graph.ts";
import { type NumberedGraph, numberedGraph } from "./dag.ts";
import type { Durations } from "./durations.ts";
import { byStart, Lanes } from "./lanes.ts";
import { type ListPolicy, listScheduler, remainingWays } from "./list-schedule.ts";
import { millisecondsOf } from "./milliseconds.ts";

/** How many workers {@link simulate} has, and which vertex it lets go first. */
export interface SimulateOptions {
  /** From 1; as many as can be used when absent. */
  readonly workers?: number;
  /** Only the part of this platform; all platforms together when absent. */
  readonly platform?: string;
  /**
   * `time`: every vertex needs a worker, and of those that are ready the one with the longest time still before it goes
   * first. `steps`: only RUN steps need a worker, and the one with the most RUN steps still before it goes first, as a
   * solve with `maxParallelism` does, which knows no times. In both, of equal ones the one that stands earlier.
   */
  readonly policy?: "time" | "steps";
}

/** Who does what when. Times are milliseconds from the start. */
export interface Schedule {
  readonly makespan: number;
  /** How many workers have anything to do. */
  readonly workers: number;
  /** By start, then by end. */
  readonly runs: readonly ScheduledVertex[];
}

/** When and where a schedule runs a vertex: milliseconds from the start of the build. */
export interface ScheduledVertex {
  readonly digest: string;
  readonly start: number;
  readonly end: number;
  /** From 0; undefined for a vertex that needs none. */
  readonly worker: number | undefined;
}

/**
 * Simulates a build in which each vertex takes its duration and a worker is never idle while a vertex is ready. At every
 * moment at which something ends, first all that ends then is done, then what is ready starts.
 * @throws RangeError where the number of workers is NaN.
 */
export function simulate(graph: BuildGraph, durations: Durations, options: SimulateOptions = {}): Schedule {
  const { workers = Number.POSITIVE_INFINITY, platform, policy: name = "time" } = options;
  if (Number.isNaN(workers)) throw new RangeError("the number of workers is not a number");
  const numbered = numberedGraph(graph, platform);
  const times = millisecondsOf(numbered.vertices, durations);
  const policy = policyOf(name, numbered, times);
  const { makespan, starts, ends } = listScheduler(numbered.dag, times, policy)(Math.max(1, workers));
  const order = byStart(starts, ends);
  const lanes = new Lanes(order.length);
  const { needsWorker } = policy;
  const runs: ScheduledVertex[] = [];
  for (const vertex of order) {
    const start = starts[vertex] ?? 0;
    const end = ends[vertex] ?? 0;
    const needsOne = needsWorker === undefined || needsWorker[vertex] === 1;
    const worker = needsOne ? lanes.take(start, end) : undefined;
    runs.push({ digest: numbered.vertices[vertex]?.digest ?? "", start, end, worker });
  }
  return { makespan, workers: lanes.count, runs };
}

function policyOf(name: "time" | "steps", { dag, vertices }: NumberedGraph, times: Float64Array): ListPolicy {
  if (name === "time") return { priorities: remainingWays(dag, times) };
  const needsWorker = Uint8Array.from(vertices, ({ kind }) => (kind === "exec" ? 1 : 0));
  return { needsWorker, priorities: remainingWays(dag, Float64Array.from(needsWorker)) };
}
