import { tabTable } from "../../tab-table.ts";
import { type CaretStyle, diagnosticsText, plainCaretStyle } from "../caret.ts";
import { cutLines, wrapLines } from "../cut-text.ts";
import { visible } from "../excerpt.ts";
import { layoutOf } from "../render/layout.ts";
import { linesText } from "../render/text.ts";
import { withoutMounts } from "../render/without-mounts.ts";
import type { Analysis } from "./analysis.ts";
import { findingDiagnostics } from "./findings/finding-diagnostics.ts";
import { ganttText } from "./gantt.ts";
import type { BuildReport } from "./report.ts";
import { timeText } from "./time-text.ts";

/** How a report is laid out on a terminal. */
export interface ReportTextOptions {
  /** The width of the terminal: 100 when absent. */
  readonly columns?: number;
  readonly style?: CaretStyle;
}

/** A report for reading in a terminal: the figures, the critical path, the schedule, and the findings in the Dockerfile. */
export function reportText(
  report: BuildReport,
  dockerfile: string | Uint8Array | undefined,
  { columns = 100, style = plainCaretStyle }: ReportTextOptions = {},
): string {
  const { schedule, workers, analysis, graph } = report;
  const placed = layoutOf(graph).byDigest;
  const titleOf = (digest: string) => withoutMounts(placed.get(digest)?.title ?? digest);
  const critical = new Set(analysis.criticalPath);
  const sections: readonly (readonly [title: string, text: string])[] = [
    ["", wrapLines(summaryText(report), columns)],
    ["time by number of workers", workersText(analysis)],
    ...(report.platforms.length === 0 ? [] : [["by platform", platformsText(report)] as const]),
    ["critical path", cutLines(criticalPathText(report, titleOf), columns)],
    [
      `schedule of ${count(workers, "worker")} (█ on the critical path)`,
      ganttText(schedule, { columns, critical, titleOf }),
    ],
    ...(dockerfile === undefined ? [] : [findingsSection(report, dockerfile, style)]),
  ];
  return sections.map(([title, text]) => (title === "" ? text : `\n${style.message(title)}\n${text}`)).join("");
}

const mostFindings = 20;

function findingsText({ findings }: BuildReport, dockerfile: string | Uint8Array, style: CaretStyle): string {
  const shown = findingDiagnostics(findings.slice(0, mostFindings));
  const left = findings.length - shown.length;
  const rest = left === 0 ? "" : `\nand ${left} more that save less: see them all as JSON\n`;
  return `\n${diagnosticsText(shown, () => dockerfile, style)}${rest}`;
}

function findingsSection(
  report: BuildReport,
  dockerfile: string | Uint8Array,
  style: CaretStyle,
): readonly [title: string, text: string] {
  const { findings } = report;
  return [
    findings.length === 0
      ? "nothing found that would surely save time"
      : `${count(findings.length, "finding")}, what saves most first`,
    findings.length === 0 ? "" : findingsText(report, dockerfile, style),
  ];
}

function summaryText({ analysis, durations, graph, workers, schedule, withoutEmulation }: BuildReport): string {
  const { work, span, speedUpBound, enough, levels, width, antichain, vertices } = analysis;
  const times = vertices.flatMap(({ digest }) => durations.get(digest) ?? []);
  const measured = times.filter(({ provenance }) => provenance === "measured").length;
  const known =
    measured === 0
      ? "All times are estimates, by the kind of each step."
      : measured === times.length
        ? "All times are those of past builds."
        : `The times of ${measured} of ${times.length} vertices are those of past builds, the others are estimates.`;
  const emulated = times.filter(({ emulation }) => emulation > 1).length;
  return [
    `${count(graph.vertices.length, "vertex", "vertices")} on ${count(levels.length, "level")}, at most ${width} on one level, at most ${antichain.length} at once in any schedule`,
    `work ${timeText(work)}, critical path ${timeText(span)}: no number of workers is more than ${speedUpBound.toFixed(2)} times as fast as one`,
    `${count(enough.workers, "worker")} ${enough.workers === 1 ? "gives" : "give"} ${Math.round(enough.share * 100)} % of that: ${timeText(enough.makespan)}`,
    ...(workers === enough.workers
      ? []
      : [`${count(workers, "worker")} ${workers === 1 ? "takes" : "take"} ${timeText(schedule.makespan)}`]),
    ...(withoutEmulation === undefined
      ? []
      : [
          `${count(emulated, "step")} ${emulated === 1 ? "is" : "are"} emulated: without emulation ${timeText(withoutEmulation)}`,
        ]),
    known,
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function workersText({ workers, antichain }: Analysis): string {
  const shown = workers.filter(({ workers: number }) => {
    return (number <= 4 || (number & (number - 1)) === 0) && (number === 1 || number / 2 < antichain.length);
  });
  const rows = [
    ["  workers", "time", "speed-up", "at least", "at most"],
    ...shown.map((each) => [
      `  ${each.workers}`,
      timeText(each.makespan),
      each.speedUp.toFixed(2),
      timeText(each.lowerBound),
      timeText(each.brentBound),
    ]),
  ];
  return tabTable(rows, 2);
}

function platformsText({ platforms }: BuildReport): string {
  const rows = [
    ["  platform", "work", "critical path", "speed-up at most", "workers for 95 %"],
    ...platforms.map(({ platform = "", work, span, speedUpBound, enough }) => [
      `  ${visible(platform)}`,
      timeText(work),
      timeText(span),
      speedUpBound.toFixed(2),
      String(enough.workers),
    ]),
  ];
  return tabTable(rows, 2);
}

function criticalPathText({ analysis, durations, graph }: BuildReport, titleOf: (digest: string) => string): string {
  const byDigest = new Map(analysis.vertices.map((vertex) => [vertex.digest, vertex]));
  const rows = [
    ["  start", "time", "", "lines", "step"],
    ...analysis.criticalPath.map((digest) => {
      const { earliestStart = 0, ms = 0 } = byDigest.get(digest) ?? {};
      const duration = durations.get(digest);
      const how = duration?.provenance === "measured" ? "" : "~";
      return [
        `  ${timeText(earliestStart)}`,
        `${how}${timeText(ms)}`,
        duration !== undefined && duration.emulation > 1 ? "emulated" : "",
        linesText(graph.vertex(digest)?.lines ?? []),
        titleOf(digest),
      ];
    }),
  ];
  return tabTable(rows, 2);
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
