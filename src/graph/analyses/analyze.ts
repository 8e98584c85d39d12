import type { BuildGraph } from "../build-graph.ts";
import type { Analysis, AnalyzedVertex, EnoughWorkers, WorkerCount } from "./analysis.ts";
import { largestAntichain } from "./antichain.ts";
import { numberedGraph } from "./dag.ts";
import type { Durations } from "./durations.ts";
import { type FreeSchedule, freeSchedule, levelsOf } from "./free-schedule.ts";
import { listScheduler, remainingWays } from "./list-schedule.ts";
import { millisecondsOf } from "./milliseconds.ts";

/** How {@link analyze} looks at a graph. */
export interface AnalyzeOptions {
  /** Only the part of this platform; all platforms together when absent. */
  readonly platform?: string;
  /** The list schedules of 1 up to so many workers are simulated; 64 when absent. */
  readonly mostWorkers?: number;
}

/**
 * Analyses a graph whose vertices take so long; one without a duration takes no time. Equal inputs give equal answers.
 * Memory is linear in the graph, time is that of the simulations: see `simulate`.
 */
export function analyze(
  graph: BuildGraph,
  durations: Durations,
  { platform, mostWorkers = 64 }: AnalyzeOptions = {},
): Analysis {
  const { dag, vertices } = numberedGraph(graph, platform);
  const times = millisecondsOf(vertices, durations);
  const levels = levelsOf(dag);
  const free = freeSchedule(dag, times);
  const { span } = free;
  const work = times.reduce((sum, time) => sum + time, 0);
  const antichain = largestAntichain(dag);
  const digestOf = (vertex: number) => vertices[vertex]?.digest ?? "";
  const bounds = { work, span, antichain: antichain.length };
  const schedule = onceEach(listScheduler(dag, times, { priorities: remainingWays(dag, times) }), bounds);
  const levelCounts = countsOf(levels);
  return {
    platform,
    vertices: vertices.map(({ digest }, vertex) =>
      analyzedVertex(digest, levels[vertex] ?? 0, times[vertex] ?? 0, free, vertex),
    ),
    levels: levelCounts,
    width: levelCounts.reduce((most, count) => Math.max(most, count), 0),
    antichain: Array.from(antichain, digestOf),
    work,
    span,
    speedUpBound: ratio(work, span),
    criticalPath: free.criticalPath.map(digestOf),
    workers: Array.from({ length: mostWorkers }, (_, index) => workerCount(index + 1, schedule(index + 1), bounds)),
    enough: enoughWorkers(schedule, bounds, 0.95, Math.ceil(mostSimulated / (dag.size + 1))),
  };
}

interface Bounds {
  readonly work: number;
  readonly span: number;
  /** The size of a largest one. */
  readonly antichain: number;
}

/**
 * The makespans by number of workers, each simulated once, and not at all where nothing would wait for a worker. With
 * `latest`, one that is longer may be Infinity instead.
 */
type Makespans = (workers: number, latest?: number) => number;

function onceEach(schedule: ReturnType<typeof listScheduler>, { span, antichain }: Bounds): Makespans {
  const known = new Map<number, number>();
  let plenty = antichain;
  return (workers, latest) => {
    if (workers >= plenty) return span;
    let makespan = known.get(workers);
    if (makespan === undefined) {
      const simulated = schedule(workers, latest);
      makespan = simulated.makespan;
      if (makespan === Number.POSITIVE_INFINITY) return makespan;
      known.set(workers, makespan);
      if (!simulated.waited) plenty = workers;
    }
    return makespan;
  };
}

function analyzedVertex(
  digest: string,
  level: number,
  ms: number,
  { earliestStarts, latestStarts }: FreeSchedule,
  vertex: number,
): AnalyzedVertex {
  const earliestStart = earliestStarts[vertex] ?? 0;
  const latestStart = latestStarts[vertex] ?? 0;
  return { digest, level, ms, earliestStart, latestStart, slack: latestStart - earliestStart };
}

function countsOf(levels: Int32Array): readonly number[] {
  const counts: number[] = [];
  for (const level of levels) counts[level - 1] = (counts[level - 1] ?? 0) + 1;
  return Array.from(counts, (count) => count ?? 0);
}

function workerCount(workers: number, makespan: number, { work, span }: Bounds): WorkerCount {
  return {
    workers,
    makespan,
    speedUp: ratio(work, makespan),
    lowerBound: Math.max(span, work / workers),
    brentBound: brentBound(workers, work, span),
  };
}

function brentBound(workers: number, work: number, span: number): number {
  return span + (work - span) / workers;
}

function ratio(work: number, time: number): number {
  return time === 0 ? 1 : work / time;
}

/** So many vertices are simulated at most to try one number of workers after the other. */
const mostSimulated = 200_000;

/**
 * More workers can be slower, so every number is tried from the first one that could be enough. Where that would be
 * too many, larger and larger steps are taken, up to the number that Brent's bound says is enough, and the last halved
 * until it is small.
 */
function enoughWorkers(makespan: Makespans, bounds: Bounds, share: number, mostTried: number): EnoughWorkers {
  const { work, span, antichain } = bounds;
  // Sums in another order can differ in their last digits.
  const target = (span / share) * (1 + 1e-12);
  const answer = (workers: number, isSmallest: boolean) => ({
    workers,
    makespan: makespan(workers),
    share,
    isSmallest,
  });
  if (span === 0) return answer(1, true);
  const first = Math.max(1, Math.ceil((work / target) * (1 - 1e-9)));
  const tried = Math.min(antichain, first + mostTried);
  const isEnough = (workers: number) => makespan(workers, target) <= target;
  for (let workers = first; workers < tried; workers++) if (isEnough(workers)) return answer(workers, true);
  if (tried >= antichain) return answer(Math.max(1, antichain), true);
  let low = tried - 1;
  let high = Math.min(antichain, Math.ceil((work - span) / (target - span)));
  // Mostly it is not far, and what is this near to the smallest is as good as that.
  const near = Math.max(1, Math.floor(low / 64));
  let step = near;
  for (; low + step < high && !isEnough(low + step); step *= 2) low += step;
  high = Math.min(high, low + step);
  while (high - low > near) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return answer(high, false);
}
