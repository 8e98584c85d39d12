import { cutText } from "../cut-text.ts";
import type { Schedule } from "./simulate.ts";
import { timeText } from "./time-text.ts";

export interface GanttOptions {
  /** The columns that there are for bars and titles. */
  readonly columns: number;
  /** The vertices whose bars are drawn in full, those of a critical path. */
  readonly critical: ReadonlySet<string>;
  readonly titleOf: (digest: string) => string;
}

const mostRows = 60;
const barColumns = 40;

/**
 * A schedule as a chart for a terminal, a row for each vertex in the order in which they start:
 *
 *     0.0 s                       41 s
 *     ████▏                        0.0 s   4.0 s  [build 1/3] FROM golang
 *         ██████████               4.0 s   30 s   [build 2/3] RUN make
 *
 * Those that take less than a hundredth of it are left out, and of very many the shortest, too.
 */
export function ganttText({ runs, makespan }: Schedule, { columns, critical, titleOf }: GanttOptions): string {
  const times = runs.map(({ start, end }) => end - start).sort((a, b) => b - a);
  const least = Math.max(makespan / 100, times[mostRows - 1] ?? 0);
  const shown = runs.filter(({ start, end }) => end > start && end - start >= least).slice(0, mostRows);
  const width = Math.max(10, Math.min(barColumns, columns - 50));
  const place = (time: number) => (makespan === 0 ? 0 : Math.round((time / makespan) * width));
  const rows = shown.map(({ digest, start, end }) => {
    const from = Math.min(place(start), width - 1);
    const bar = (critical.has(digest) ? "█" : "░").repeat(Math.max(1, place(end) - from));
    const text = `${" ".repeat(from)}${bar}`.padEnd(width);
    const title = cutText(titleOf(digest), Math.max(20, columns - width - 20));
    return `  ${text} ${timeText(start).padStart(7)} ${timeText(end - start).padStart(7)}  ${title}`;
  });
  const left = runs.length - shown.length;
  const rest = left === 0 ? [] : [`  and ${left} that take${left === 1 ? "s" : ""} less`];
  const head = `  ${"0".padEnd(width - timeText(makespan).length)}${timeText(makespan)} ${"start".padStart(7)} ${"time".padStart(7)}`;
  return [head, ...rows, ...rest].map((line) => `${line.trimEnd()}\n`).join("");
}
