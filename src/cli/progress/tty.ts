import { createLogUpdate } from "log-update";
import pc from "picocolors";
import type { OutputStream } from "../terminal.ts";
import { BuildView, lastWritten, type StepView } from "./build-view.ts";
import { formatBytes, formatSeconds, printable } from "./format.ts";
import { partText } from "./plain.ts";
import type { Progress } from "./progress.ts";
import { cutToWidth, padToWidth } from "./width.ts";

const frameInterval = 100;
const foldedLines = 6;

/**
 * The build redrawn in place: a line for each step, running ones with a timer, the bytes they move and the last lines
 * they wrote. What does not fit on the screen is left out from the oldest finished steps on; the last drawing is whole.
 */
export function ttyProgress(stream: OutputStream, now: () => number = Date.now): Progress {
  const view = new BuildView();
  const update = createLogUpdate(stream, { showCursor: false });
  const began = now();
  let worker = "";
  let ended = false;
  const drawing = (rows: number): Drawing => ({ began, now: now(), worker, columns: stream.columns || 80, rows });
  const draw = (): void => update(drawBuild(view, drawing((stream.rows || 24) - 1)).join("\n"));
  const timer = setInterval(draw, frameInterval);
  timer.unref();
  return {
    onEvent(event) {
      view.apply(event);
      if (event.kind === "worker") worker = event.worker.description;
    },
    end() {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      update.clear();
      update.done();
      for (const line of drawBuild(view, drawing(Number.POSITIVE_INFINITY))) stream.write(`${line}\n`);
    },
  };
}

export interface Drawing {
  readonly began: number;
  readonly now: number;
  readonly worker: string;
  readonly columns: number;
  readonly rows: number;
}

/** The lines of the drawing, each no wider than the terminal. */
export function drawBuild(view: BuildView, drawing: Drawing): string[] {
  const { done, total } = view.counts();
  const head = `[+] Building ${formatSeconds(drawing.now - drawing.began)} (${done}/${total})`;
  const worker = drawing.worker === "" ? "" : ` ${drawing.worker}`;
  const lines = [pc.blue(cutToWidth(head + worker, drawing.columns))];
  const steps = [...view.steps.values()].filter((step) => step.index > 0).sort((a, b) => a.index - b.index);
  for (const step of fitting(steps, drawing.rows - 1)) lines.push(...drawStep(step, drawing));
  return lines.slice(0, drawing.rows);
}

/** Running steps first claim their lines, then the newest of the others; the order stays. */
function fitting(steps: readonly StepView[], rows: number): StepView[] {
  const heights = new Map(steps.map((step) => [step, 1 + details(step).length]));
  let left = rows;
  const kept = new Set<StepView>();
  const claim = (step: StepView): void => {
    const height = heights.get(step) ?? 1;
    if (kept.has(step) || height > left) return;
    kept.add(step);
    left -= height;
  };
  for (const step of steps) if (step.state === "running" || step.state === "failed") claim(step);
  for (const step of steps.toReversed()) claim(step);
  return steps.filter((step) => kept.has(step));
}

function drawStep(step: StepView, drawing: Drawing): string[] {
  const time = timeOf(step, drawing.now);
  const room = Math.max(10, drawing.columns - time.length - 1);
  const mark =
    step.state === "cached"
      ? "CACHED "
      : step.state === "failed"
        ? "ERROR "
        : step.state === "cancelled"
          ? "CANCELED "
          : "";
  const text = ` => ${mark}${printable(step.name)}`;
  const line = `${padToWidth(cutToWidth(text, room), room)} ${time}`;
  return [
    colour(step, line),
    ...details(step).map((detail) => pc.dim(cutToWidth(` => => ${detail}`, drawing.columns))),
  ];
}

function timeOf(step: StepView, now: number): string {
  return formatSeconds(step.spent + (step.state === "running" ? now - step.started : 0));
}

/** What stands below a running step: its open parts and the last lines that it wrote. */
function details(step: StepView): string[] {
  if (step.state !== "running") return [];
  const open = [...step.parts.values()].filter((part) => part.completed === undefined);
  const moved =
    open.length > 4
      ? [`${open.length} parts, ${formatBytes(open.reduce((sum, part) => sum + part.current, 0))}`]
      : open.map(partText);
  const written = [
    ...step.tail.lines.slice(-foldedLines),
    ...(step.tail.partial === "" ? [] : [lastWritten(step.tail.partial)]),
  ];
  return [...moved.map(printable), ...written.slice(-foldedLines).map((line) => `# ${printable(line)}`)];
}

function colour(step: StepView, line: string): string {
  switch (step.state) {
    case "failed":
      return pc.red(line);
    case "cancelled":
      return pc.yellow(line);
    case "cached":
    case "done":
      return pc.blue(line);
    case "running":
    case "waiting":
      return line;
  }
}
