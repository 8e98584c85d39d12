import { StringDecoder } from "node:string_decoder";
import type { ProgressEvent, SolveEvent } from "../../solver/events.ts";

/** What is known of one step at a moment: the terminal and the plain printer draw from it. Times in ms of the worker. */
export interface StepView {
  readonly vertex: string;
  readonly name: string;
  readonly internal: boolean;
  /** Part of a progress group, which the worker shows as one step of its own. */
  readonly grouped: boolean;
  /** From 1, in the order in which steps first showed any life; 0 before that. */
  index: number;
  state: "waiting" | "running" | "done" | "cached" | "failed" | "cancelled";
  started: number;
  /** Milliseconds of all earlier runs: a step can run again for another of its outputs. */
  spent: number;
  error: string;
  readonly parts: Map<string, ProgressEvent>;
  /** The last lines that it wrote, the newest last, the unfinished one included. */
  readonly tail: LogTail;
}

export interface LogTail {
  readonly lines: string[];
  partial: string;
}

const tailLines = 200;

/** The state of a build as the events so far tell it. */
export class BuildView {
  readonly steps = new Map<string, StepView>();
  #indexed = 0;
  readonly #decoders = new Map<string, StringDecoder>();

  apply(event: SolveEvent): void {
    if (event.kind === "worker" || event.kind === "note") return;
    if (event.kind === "vertex") {
      this.#add(event.vertex, event.name, event.internal, event.progressGroup !== undefined);
      return;
    }
    const step = this.steps.get(event.vertex) ?? this.#add(event.vertex, event.vertex, true, false);
    if (step.index === 0) step.index = ++this.#indexed;
    switch (event.kind) {
      case "started":
        step.state = "running";
        step.started = event.at;
        return;
      case "cached":
        step.state = "cached";
        return;
      case "completed":
        step.state = "done";
        step.spent += Math.max(0, event.at - event.started);
        return;
      case "failed":
        step.state = event.cancelled ? "cancelled" : "failed";
        step.spent += Math.max(0, event.at - event.started);
        step.error = event.error;
        return;
      case "log":
        this.#appendLog(step, event.stream, event.data);
        return;
      case "progress":
        step.parts.set(event.id, event);
        return;
      case "warning":
        return;
    }
  }

  counts(): { readonly done: number; readonly total: number } {
    let done = 0;
    for (const step of this.steps.values()) if (step.state !== "waiting" && step.state !== "running") done++;
    return { done, total: this.steps.size };
  }

  #add(vertex: string, name: string, internal: boolean, grouped: boolean): StepView {
    const known = this.steps.get(vertex);
    if (known !== undefined) return known;
    const step: StepView = {
      ...{ vertex, name, internal, grouped, index: 0, state: "waiting", started: 0, spent: 0, error: "" },
      parts: new Map(),
      tail: { lines: [], partial: "" },
    };
    this.steps.set(vertex, step);
    return step;
  }

  #appendLog(step: StepView, stream: string, data: Uint8Array): void {
    const pieces = (step.tail.partial + this.#decode(step.vertex + stream, data)).split("\n");
    step.tail.partial = pieces.pop() ?? "";
    step.tail.lines.push(...pieces.slice(-tailLines).map(lastWritten));
    if (step.tail.lines.length > 2 * tailLines) step.tail.lines.splice(0, step.tail.lines.length - tailLines);
  }

  // A character can be cut between two events of one stream.
  #decode(stream: string, data: Uint8Array): string {
    let decoder = this.#decoders.get(stream);
    if (decoder === undefined) {
      decoder = new StringDecoder("utf8");
      this.#decoders.set(stream, decoder);
    }
    return decoder.write(Buffer.from(data));
  }
}

/** What a terminal would show of a line that rewrote itself with carriage returns. */
export function lastWritten(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}
