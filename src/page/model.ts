import { makeDag } from "../graph/analyses/dag.ts";
import { byStart, Lanes } from "../graph/analyses/lanes.ts";
import { listScheduler, remainingWays } from "../graph/analyses/list-schedule.ts";
import type { PageData, PageRun, PageRunVertex, PageVertex } from "../graph/page/page-data.ts";
import { withoutMounts } from "../graph/render/without-mounts.ts";

/** The data of a page, with what is found in them. */
export interface PageModel {
  readonly data: PageData;
  /** What is read of a vertex, by number. */
  readonly dependents: readonly (readonly number[])[];
  readonly critical: ReadonlySet<number>;
  /** What a vertex is called where there is little room: without the place that it stands at. */
  readonly labels: readonly string[];
  readonly runs: ReadonlyMap<number, PageRunVertex>;
  /** The run as it was. */
  readonly run: Timeline | undefined;
  /** The ideal schedule of so many workers. */
  schedule(workers: number): Timeline;
}

/** Who did what when, or would. */
export interface Timeline {
  readonly makespan: number;
  readonly lanes: number;
  /** By start. */
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly vertex: number;
  readonly start: number;
  readonly end: number;
  readonly lane: number;
}

export function pageModel(data: PageData): PageModel {
  const { vertices, run } = data;
  const dependents: number[][] = vertices.map(() => []);
  for (const [number, { inputs }] of vertices.entries()) for (const input of inputs) dependents[input]?.push(number);
  return {
    data,
    dependents,
    critical: new Set(data.criticalPath),
    labels: vertices.map(({ name }) => withoutMounts(name.replace(/^\[[^\]]*\] /, ""))),
    runs: new Map(run?.vertices.map((each) => [each.vertex, each])),
    run: run === null ? undefined : runTimeline(run),
    schedule: scheduler(vertices),
  };
}

function scheduler(vertices: readonly PageVertex[]): (workers: number) => Timeline {
  const dag = makeDag(vertices.length, (vertex) => vertices[vertex]?.inputs ?? []);
  const times = Float64Array.from(vertices, ({ ms }) => ms);
  const simulate = listScheduler(dag, times, { priorities: remainingWays(dag, times) });
  return (workers) => {
    const { starts, ends, makespan } = simulate(workers);
    return { makespan, ...inLanes(starts, ends, (index) => index) };
  };
}

function runTimeline({ makespan, vertices }: PageRun): Timeline {
  const all = vertices.flatMap(({ vertex, runs }) => runs.map(({ start, end }) => ({ vertex, start, end })));
  const starts = Float64Array.from(all, ({ start }) => start);
  const ends = Float64Array.from(all, ({ end }) => end);
  return { makespan, ...inLanes(starts, ends, (index) => all[index]?.vertex ?? 0) };
}

function inLanes(
  starts: Float64Array,
  ends: Float64Array,
  vertexOf: (index: number) => number,
): Pick<Timeline, "lanes" | "bars"> {
  const lanes = new Lanes(starts.length);
  const bars = Array.from(byStart(starts, ends), (index): Bar => {
    const start = starts[index] ?? 0;
    const end = ends[index] ?? 0;
    return { vertex: vertexOf(index), start, end, lane: lanes.take(start, end) };
  });
  return { bars, lanes: lanes.count };
}
