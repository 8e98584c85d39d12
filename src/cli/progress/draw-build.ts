import { formatBytes } from "../../byte-size.ts";
import { type BuildView, isOver, lastWritten, type StepView } from "./build-view.ts";
import { formatSeconds, printable } from "./format.ts";
import type { Palette } from "./palette.ts";
import { partText } from "./plain.ts";
import { cutToWidth, padToWidth } from "./width.ts";

export interface Drawing {
  /** Milliseconds since the build began. */
  readonly spent: number;
  /** The worker's time, in milliseconds since the epoch. */
  readonly now: number;
  readonly worker: string;
  readonly columns: number;
  readonly rows: number;
  /** So many of the last lines of a running step are shown. */
  readonly logLines: number;
  readonly colours: Palette;
  /** It is the last drawing. */
  readonly isFinished: boolean;
}

/** The lines of the drawing, each no wider than the terminal, and no more than it has rows. */
export function drawBuild(view: BuildView, drawing: Drawing): string[] {
  const { columns, rows, colours } = drawing;
  const steps = [...view.steps.values()].filter((step) => step.index > 0).sort((a, b) => a.index - b.index);
  const lines = [colours.run(cutToWidth(headline(view, drawing), columns))];
  for (const { step, details } of fitting(steps, drawing, rows - 1)) {
    lines.push(stepLine(step, drawing));
    for (const detail of details) lines.push(colours.aside(cutToWidth(` => => ${detail}`, columns)));
  }
  return lines;
}

function headline(view: BuildView, { spent, worker, isFinished }: Drawing): string {
  const { done, total } = view.counts();
  const end = isFinished && total > 0 && done === total ? " FINISHED" : "";
  return `[+] Building ${formatSeconds(spent)} (${done}/${total})${end}${worker === "" ? "" : ` ${worker}`}`;
}

interface Fitting {
  readonly step: StepView;
  readonly details: readonly string[];
}

/**
 * What there is room for, in order: first a line for each running step, then what those move and write, each its share;
 * then the newest of the others.
 */
function fitting(steps: readonly StepView[], drawing: Drawing, rows: number): readonly Fitting[] {
  const open = steps.filter((step) => step.state === "running" || step.state === "failed").slice(-rows);
  let left = rows - open.length;
  const details = new Map<StepView, readonly string[]>();
  for (const [index, step] of open.entries()) {
    const lines = detailsOf(step, drawing);
    const share = Math.min(lines.length, Math.ceil(left / (open.length - index)));
    details.set(step, share > 0 ? lines.slice(-share) : []);
    left -= share;
  }
  const others = steps.filter((step) => !details.has(step));
  const shown = new Set([...open, ...(left > 0 ? others.slice(-left) : [])]);
  return steps.filter((step) => shown.has(step)).map((step) => ({ step, details: details.get(step) ?? [] }));
}

function stepLine(step: StepView, { columns, now, colours }: Drawing): string {
  const time = formatSeconds(step.spent + (step.state === "running" ? now - step.started : 0));
  const end = isOver(step) ? [movedText(step), time].filter((text) => text !== "").join(" ") : time;
  const room = Math.max(10, columns - end.length - 1);
  const text = ` => ${marks[step.state]}${printable(step.name).replace(/\s*\n\s*/g, " ")}`;
  const line = `${padToWidth(cutToWidth(text, room), room)} ${end}`;
  switch (step.state) {
    case "failed":
      return colours.error(line);
    case "cancelled":
      return colours.cancel(line);
    case "cached":
    case "done":
      return colours.run(line);
    case "running":
    case "waiting":
      return line;
  }
}

const marks = { waiting: "", running: "", done: "", cached: "CACHED ", failed: "ERROR ", cancelled: "CANCELED " };

/** The bytes that a step moved, all its parts together. */
function movedText({ parts }: StepView): string {
  const bytes = [...parts.values()].reduce((sum, part) => sum + part.current, 0);
  return bytes === 0 ? "" : formatBytes(bytes);
}

/** What stands below a running step: its open parts and the last lines that it wrote. */
function detailsOf(step: StepView, { logLines }: Drawing): readonly string[] {
  if (step.state !== "running") return [];
  const open = [...step.parts.values()].filter((part) => part.completed === undefined);
  const moved =
    open.length > 4
      ? [`${open.length} parts, ${formatBytes(open.reduce((sum, part) => sum + part.current, 0))}`]
      : open.map(partText);
  const { lines, partial } = step.tail;
  const written = [...lines.slice(-logLines), ...(partial === "" ? [] : [lastWritten(partial)])];
  return [...moved.map(printable), ...written.slice(-logLines).map((line) => `# ${printable(line)}`)];
}
