import { StringDecoder } from "node:string_decoder";
import type { ProgressEvent, SolveEvent, WarningEvent } from "../../solver/events.ts";
import { BuildView, type StepView } from "./build-view.ts";
import { formatBytes, formatSeconds } from "./format.ts";
import type { Progress } from "./progress.ts";

// Between two lines about the same part: a download must not fill the log.
const partInterval = 5000;

/**
 * One line for each thing that happens, in the form `#N text` of docker buildx, for logs and CI: the lines of a step
 * carry its number, and a blank line and its name stand where the output turns to another step.
 */
export function plainProgress(write: (text: string) => void): Progress {
  const view = new BuildView();
  const logs = new Map<string, { text: string; decoder: StringDecoder; began: number }>();
  const shownParts = new Map<string, number>();
  let current: StepView | undefined;
  let first = true;

  const turnTo = (step: StepView): void => {
    if (current === step) return;
    if (current?.state === "running") write(`#${current.index} ...\n`);
    write(`${first ? "" : "\n"}#${step.index} ${step.name}\n`);
    first = false;
    current = step;
  };
  const line = (step: StepView, text: string): void => {
    turnTo(step);
    write(`#${step.index} ${text}\n`);
  };
  const flushLog = (step: StepView): void => {
    for (const stream of ["stdout", "stderr"]) {
      const log = logs.get(step.vertex + stream);
      if (log !== undefined && log.text !== "") line(step, logLine(log.began, step, log.text));
      logs.delete(step.vertex + stream);
    }
  };
  const printLog = (step: StepView, event: Extract<SolveEvent, { kind: "log" }>): void => {
    const key = event.vertex + event.stream;
    const log = logs.get(key) ?? { text: "", decoder: new StringDecoder("utf8"), began: event.at };
    logs.set(key, log);
    if (log.text === "") log.began = event.at;
    const lines = (log.text + log.decoder.write(Buffer.from(event.data))).split("\n");
    log.text = lines.pop() ?? "";
    for (const text of lines) line(step, logLine(event.at, step, text.replace(/\r$/, "")));
  };
  const printPart = (step: StepView, event: ProgressEvent): void => {
    const key = event.vertex + event.id;
    const shown = shownParts.get(key);
    if (event.completed === undefined && shown !== undefined && event.at - shown < partInterval) return;
    if (shown === Number.POSITIVE_INFINITY) return;
    shownParts.set(key, event.completed === undefined ? event.at : Number.POSITIVE_INFINITY);
    line(step, partText(event));
  };

  return {
    onEvent(event) {
      view.apply(event);
      if (event.kind === "worker") {
        write(`#0 building with ${event.worker.description} (${event.worker.origin})\n\n`);
        return;
      }
      if (event.kind === "note") {
        write(`#0 ${event.message}\n`);
        return;
      }
      const step = view.steps.get(event.vertex);
      if (step === undefined || event.kind === "vertex") return;
      switch (event.kind) {
        case "started":
          turnTo(step);
          return;
        case "cached":
          line(step, "CACHED");
          current = undefined;
          return;
        case "completed":
        case "failed":
          flushLog(step);
          line(step, endText(step));
          current = undefined;
          return;
        case "log":
          printLog(step, event);
          return;
        case "progress":
          printPart(step, event);
          return;
        case "warning":
          line(step, warningText(event));
          return;
      }
    },
    end() {
      for (const step of view.steps.values()) flushLog(step);
    },
  };
}

function endText(step: StepView): string {
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
  const pieces = [event.name === "" ? event.id : event.name];
  if (event.total > 0) pieces.push(`${formatBytes(event.current)} / ${formatBytes(event.total)}`);
  else if (event.current > 0) pieces.push(formatBytes(event.current));
  if (event.started !== undefined) {
    const spent = (event.completed ?? event.at) - event.started;
    if (spent > 10) pieces.push(formatSeconds(spent));
  }
  if (event.completed !== undefined) pieces.push("done");
  return pieces.join(" ");
}

function warningText(event: WarningEvent): string {
  return `WARN: ${event.message}`;
}
