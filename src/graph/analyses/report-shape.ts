import type { Analysis } from "./analysis.ts";
import type { VertexDuration } from "./durations.ts";
import type { Finding } from "./findings/finding.ts";
import type { BuildReport } from "./report.ts";
import type { ScheduledVertex } from "./simulate.ts";

/** A report as plain data, as `llbc analyze --json` prints it. Times are milliseconds, lines count from 1. */
export interface ReportShape {
  readonly analysis: AnalysisShape;
  readonly platforms: readonly AnalysisShape[];
  /** In topological order. */
  readonly vertices: readonly (VertexDuration & {
    readonly digest: string;
    readonly name: string;
    readonly kind: string;
    readonly stage: string | null;
    readonly platforms: readonly string[];
    readonly lines: readonly number[];
  })[];
  readonly schedule: {
    readonly workers: number;
    readonly makespan: number;
    readonly runs: readonly (Omit<ScheduledVertex, "worker"> & { readonly worker: number | null })[];
  };
  /** Null where nothing is emulated. */
  readonly withoutEmulation: number | null;
  readonly findings: readonly Finding[];
}

/** An {@link Analysis} as JSON has it: null for all platforms together. */
export type AnalysisShape = Omit<Analysis, "platform"> & { readonly platform: string | null };

/**
 * A report as plain data, without maps and without undefined: what {@link reportJson} writes. Times in milliseconds.
 */
export function reportShape(report: BuildReport): ReportShape {
  const { analysis, platforms, graph, durations, schedule, workers, withoutEmulation, findings } = report;
  return {
    analysis: shapeOf(analysis),
    platforms: platforms.map(shapeOf),
    vertices: graph.vertices.map(({ digest, name, kind, stage = null, platforms: on, lines }) => {
      const { ms = 0, provenance = "estimated", basis = "kind", emulation = 1 } = durations.get(digest) ?? {};
      return { digest, name, kind, stage, platforms: on, lines, ms, provenance, basis, emulation };
    }),
    schedule: {
      workers,
      makespan: schedule.makespan,
      runs: schedule.runs.map((run) => ({ ...run, worker: run.worker ?? null })),
    },
    withoutEmulation: withoutEmulation ?? null,
    findings,
  };
}

/** A report as indented JSON, with a newline at its end: what `llbc analyze --json` prints. */
export function reportJson(report: BuildReport): string {
  return `${JSON.stringify(reportShape(report), undefined, 2)}\n`;
}

function shapeOf({ platform, ...analysis }: Analysis): AnalysisShape {
  return { ...analysis, platform: platform ?? null };
}
