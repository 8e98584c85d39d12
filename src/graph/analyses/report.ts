import type { BuildGraph } from "../build-graph.ts";
import type { Analysis } from "./analysis.ts";
import { analyze } from "./analyze.ts";
import type { Durations } from "./durations.ts";
import { findings } from "./findings/find-findings.ts";
import type { Finding } from "./findings/finding.ts";
import { type Schedule, simulate } from "./simulate.ts";
import { whatIf } from "./what-if.ts";

/** A build looked at: how parallel it is, where its time goes, and what would make it faster. */
export interface BuildReport {
  readonly graph: BuildGraph;
  readonly durations: Durations;
  /** Of all platforms together. */
  readonly analysis: Analysis;
  /** Of each platform by itself, where there are several. */
  readonly platforms: readonly Analysis[];
  /** Of so many workers as were asked for, else of as many as are enough. */
  readonly schedule: Schedule;
  readonly workers: number;
  /** The length of the schedule if nothing were emulated; undefined where nothing is. */
  readonly withoutEmulation: number | undefined;
  readonly findings: readonly Finding[];
}

/** How {@link reportOf} names findings, and for how many workers it plans. */
export interface ReportOptions {
  /** The name that findings carry: `Dockerfile` when absent. */
  readonly filename?: string;
  /** As many as `enough` says when absent. */
  readonly workers?: number;
}

/**
 * `graph` is what the Dockerfile compiles to, without which there are no findings; `durations` are those of its vertices: see `resolveDurations`.
 */
export async function reportOf(
  dockerfile: string | Uint8Array | undefined,
  graph: BuildGraph,
  durations: Durations,
  options: ReportOptions = {},
): Promise<BuildReport> {
  const analysis = analyze(graph, durations);
  const names = [...graph.results.keys()];
  const { workers = analysis.enough.workers } = options;
  const isEmulated = [...durations.values()].some(({ emulation }) => emulation > 1);
  return {
    graph,
    durations,
    analysis,
    platforms: names.length < 2 ? [] : names.map((platform) => analyze(graph, durations, { platform })),
    schedule: simulate(graph, durations, { workers }),
    workers,
    withoutEmulation: isEmulated ? whatIf(graph, durations, { isNative: true }, { workers }).after : undefined,
    findings: dockerfile === undefined ? [] : await findings(dockerfile, graph, durations, options),
  };
}
