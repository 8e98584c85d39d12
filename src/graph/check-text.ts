import type { CheckReport, CheckSource, CheckWarning } from "./check-shape.ts";

/**
 * The warnings of a report as text for terminals, as BuildKit's `frontend.lint` prints them: by line, each with the
 * lines around it. An error of the report is not part of it.
 */
export function checkText(report: CheckReport): string {
  const source = report.sources[0];
  const lines = source === undefined ? [] : Buffer.from(source.data, "base64").toString("utf8").split("\n");
  return [...report.warnings]
    .sort(byPlace)
    .map((warning) => warningText(warning, source, lines))
    .join("");
}

function warningText(warning: CheckWarning, source: CheckSource | undefined, lines: readonly string[]): string {
  const url = warning.url === undefined ? "" : ` - ${warning.url}`;
  const excerpt = source === undefined ? "" : sourceExcerpt(source.filename, lines, linesOf(warning));
  return `\nWARNING: ${warning.ruleName}${url}\n${warning.detail ?? ""}\n${excerpt}`;
}

/** Those without a place come first, by name. */
function byPlace(a: CheckWarning, b: CheckWarning): number {
  const lineA = firstLineOf(a);
  const lineB = firstLineOf(b);
  if (lineA !== undefined && lineB !== undefined) return lineA - lineB;
  if (lineA === lineB) return a.ruleName < b.ruleName ? -1 : Number(a.ruleName > b.ruleName);
  return lineA === undefined ? -1 : 1;
}

function firstLineOf({ location }: CheckWarning): number | undefined {
  const [range] = location.ranges ?? [];
  return range && (range.start.line ?? 0);
}

function linesOf(warning: CheckWarning): readonly number[] {
  return (warning.location.ranges ?? []).map((range) => range.start.line ?? 0);
}

/** The marked lines with two or four lines of context, taken by turns above and below. */
function sourceExcerpt(filename: string, lines: readonly string[], marked: readonly number[]): string {
  if (marked.length === 0) return "";
  const sorted = [...marked].sort((a, b) => a - b);
  const first = sorted[0] ?? 0;
  let start = first;
  let end = sorted.at(-1) ?? 0;
  if (start < 1 || start > lines.length) return "";
  end = Math.min(end, lines.length);
  const context = end === start ? 4 : 2;
  // Each turn counts for itself too, so that the loop ends where there is nothing left to show.
  for (let shown = 0; shown < context; shown++) {
    if (start > 1) {
      start--;
      shown++;
    }
    if (end !== lines.length) {
      end++;
      shown++;
    }
  }
  const isMarked = new Set(marked);
  let text = `${filename}:${first}\n--------------------\n`;
  for (let line = start; line <= end; line++) {
    const mark = isMarked.has(line) ? ">>>" : "   ";
    text += ` ${String(line).padStart(3)} | ${mark} ${lines[line - 1] ?? ""}\n`;
  }
  return `${text}--------------------\n`;
}
