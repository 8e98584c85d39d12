import { StringDecoder } from "node:string_decoder";
import { formatBytes } from "../../byte-size.ts";
import type { LogEvent, ProgressEvent, SolveEvent } from "../../solver/events.ts";
import { BuildView, isOver, type StepView } from "./build-view.ts";
import { formatSeconds } from "./format.ts";
import type { Progress } from "./progress.ts";

/** Calls `flush` again and again until the function that it gives back is called. */
export type Ticker = (flush: () => void) => () => void;

// Between two lines about the same part: a download must not fill the log.
const partInterval = 5000;

/**
 * One line for each thing that happens, in the form `#N text` of docker buildx, for logs and CI: the lines of a step
 * carry its number, and a blank line and its name stand where the output turns to another step. What comes between two
 * ticks is printed together, step by step, so that steps which run side by side do not shred each other's output.
 */
export function plainProgress(write: (text: string) => void, ticker: Ticker = everyTick): Progress {
  const view = new BuildView();
  const lines = new LineQueue();
  const shown = new Map<StepView, "name" | "end">();
  const numbers = new Map<StepView, number>();
  const numberOf = (step: StepView): number => {
    const number = numbers.get(step) ?? numbers.size + 1;
    numbers.set(step, number);
    return number;
  };
  let current: StepView | undefined;
  let first = true;

  const print = (step: StepView): void => {
    const pending = lines.take(step);
    const state = shown.get(step);
    if (pending.length === 0 && (state === "end" || (state === "name" && !isOver(step)))) return;
    const number = numberOf(step);
    if (current !== step) {
      if (current !== undefined) write(`#${numberOf(current)} ...\n`);
      write(`${first ? "" : "\n"}#${number} ${step.name}\n`);
      first = false;
    }
    for (const line of pending) write(`#${number} ${line}\n`);
    if (isOver(step)) write(`#${number} ${endText(step)}\n`);
    shown.set(step, isOver(step) ? "end" : "name");
    current = isOver(step) ? undefined : step;
  };
  const flush = (): void => {
    const steps = [...view.steps.values()].filter((step) => step.index > 0);
    steps.sort((a, b) => turn(a, current) - turn(b, current) || a.index - b.index);
    for (const step of steps) print(step);
  };
  const stop = ticker(flush);

  return {
    onEvent(event) {
      view.apply(event);
      if (event.kind === "worker") write(`#0 building with ${event.worker.description} (${event.worker.origin})\n\n`);
      else if (event.kind === "note") write(`#0 ${event.message}\n`);
      else lines.add(view.stepOf(event.vertex), event);
    },
    end() {
      stop();
      flush();
    },
  };
}

function everyTick(flush: () => void): () => void {
  const timer = setInterval(flush, 200);
  timer.unref();
  return () => clearInterval(timer);
}

/** The step that is being printed goes on, then come those that are over, then the others. */
function turn(step: StepView, current: StepView | undefined): number {
  if (step === current) return 0;
  return isOver(step) ? 1 : 2;
}

/** The lines that wait to be printed, by step: of a log only whole ones, until the step is over. */
class LineQueue {
  readonly #pending = new Map<StepView, string[]>();
  readonly #logs = new Map<string, { text: string; decoder: StringDecoder; began: number; step: StepView }>();
  readonly #parts = new Map<string, number>();

  add(step: StepView | undefined, event: SolveEvent): void {
    if (step === undefined) return;
    if (event.kind === "log") this.#addLog(step, event);
    else if (event.kind === "progress") this.#addPart(step, event);
    else if (event.kind === "warning") this.#push(step, `WARN: ${event.message}`);
    else if (event.kind === "completed" || event.kind === "failed") this.#endLogs(step);
  }

  take(step: StepView): readonly string[] {
    const lines = this.#pending.get(step) ?? [];
    this.#pending.delete(step);
    return lines;
  }

  #push(step: StepView, line: string): void {
    const lines = this.#pending.get(step);
    if (lines === undefined) this.#pending.set(step, [line]);
    else lines.push(line);
  }

  #addLog(step: StepView, event: LogEvent): void {
    const key = event.vertex + event.stream;
    const log = this.#logs.get(key) ?? { text: "", decoder: new StringDecoder("utf8"), began: event.at, step };
    this.#logs.set(key, log);
    if (log.text === "") log.began = event.at;
    const lines = (log.text + log.decoder.write(Buffer.from(event.data))).split("\n");
    log.text = lines.pop() ?? "";
    for (const text of lines) this.#push(step, logLine(event.at, step, text.replace(/\r$/, "")));
  }

  #addPart(step: StepView, event: ProgressEvent): void {
    const key = event.vertex + event.id;
    const last = this.#parts.get(key);
    if (last === Number.POSITIVE_INFINITY) return;
    if (event.completed === undefined && last !== undefined && event.at - last < partInterval) return;
    this.#parts.set(key, event.completed === undefined ? event.at : Number.POSITIVE_INFINITY);
    this.#push(step, partText(event));
  }

  #endLogs(step: StepView): void {
    const streams = [...step.members.keys()].flatMap((vertex) => [`${vertex}stdout`, `${vertex}stderr`]);
    for (const stream of streams) {
      const log = this.#logs.get(stream);
      if (log === undefined) continue;
      this.#logs.delete(stream);
      if (log.text !== "") this.#push(step, logLine(log.began, step, log.text));
    }
  }
}

function endText(step: StepView): string {
  if (step.state === "cached") return "CACHED";
  if (step.state === "cancelled") return "CANCELED";
  if (step.state === "failed") return `ERROR: ${step.error}`;
  return `DONE ${formatSeconds(step.spent)}`;
}

function logLine(at: number, step: StepView, text: string): string {
  const seconds = step.started === 0 ? 0 : Math.max(0, at - step.started) / 1000;
  return `${seconds.toPrecision(4).slice(0, 5)} ${text}`;
}

/** `sha256:… 1.2MB / 3MB 0.4s done`. */
export function partText(event: ProgressEvent): string {
  const pieces = [event.id];
  if (event.total > 0) pieces.push(`${formatBytes(event.current)} / ${formatBytes(event.total)}`);
  else if (event.current > 0) pieces.push(formatBytes(event.current));
  if (event.started !== undefined) {
    const spent = (event.completed ?? event.at) - event.started;
    if (spent > 10) pieces.push(formatSeconds(spent));
  }
  if (event.completed !== undefined) pieces.push("done");
  return pieces.join(" ");
}
