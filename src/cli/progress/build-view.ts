import { StringDecoder } from "node:string_decoder";
import type { ProgressEvent, SolveEvent, VertexEvent } from "../../solver/events.ts";

/** What is known of one step at a moment: the terminal and the plain printer draw from it. Times in ms of the worker. */
export interface StepView {
  readonly name: string;
  /** From 1, in the order in which steps first showed any life; 0 before that, and as long as it is not worth a line. */
  index: number;
  state: "waiting" | "running" | "done" | "cached" | "failed" | "cancelled";
  started: number;
  /** Milliseconds of all earlier runs: a step can run again for another of its outputs. */
  spent: number;
  error: string;
  readonly parts: Map<string, ProgressEvent>;
  /** The last lines that it wrote, the newest last, the unfinished one included. */
  readonly tail: LogTail;
  /** The vertices that are shown as this step: several where they are one progress group. */
  readonly members: Map<string, Member>;
}

export interface LogTail {
  readonly lines: string[];
  partial: string;
}

interface Member {
  /** A weak one is no reason to show the group. */
  readonly weak: boolean;
  state: StepView["state"];
  started: number;
}

const tailLines = 200;

/** The state of a build as the events so far tell it. */
export class BuildView {
  /** By vertex, or by the id of their group. */
  readonly steps = new Map<string, StepView>();
  readonly #stepOf = new Map<string, StepView>();
  readonly #decoders = new Map<string, StringDecoder>();
  #indexed = 0;

  apply(event: SolveEvent): void {
    if (event.kind === "worker" || event.kind === "note") return;
    if (event.kind === "vertex") {
      this.#add(event);
      return;
    }
    const step = this.stepOf(event.vertex);
    const member = step?.members.get(event.vertex);
    if (step === undefined || member === undefined) return;
    switch (event.kind) {
      case "started":
        member.state = "running";
        member.started = event.at;
        break;
      case "cached":
        member.state = "cached";
        break;
      case "completed":
        member.state = "done";
        step.spent += Math.max(0, event.at - event.started);
        break;
      case "failed":
        member.state = event.cancelled ? "cancelled" : "failed";
        step.spent += Math.max(0, event.at - event.started);
        if (step.error === "") step.error = event.error;
        break;
      case "log":
        this.#appendLog(step, event.vertex + event.stream, event.data);
        break;
      case "progress":
        step.parts.set(event.id, event);
        break;
      case "warning":
        break;
    }
    settle(step);
    if (step.index === 0 && isWorthShowing(step)) step.index = ++this.#indexed;
  }

  /** The step as which a vertex is shown. */
  stepOf(vertex: string): StepView | undefined {
    return this.#stepOf.get(vertex);
  }

  counts(): { readonly done: number; readonly total: number } {
    let done = 0;
    let total = 0;
    for (const step of this.steps.values()) {
      if (step.members.size > 0 && !isWorthShowing(step) && [...step.members.values()].every(({ weak }) => weak))
        continue;
      total++;
      if (isOver(step)) done++;
    }
    return { done, total };
  }

  #add({ vertex, name, progressGroup }: VertexEvent): void {
    if (this.#stepOf.has(vertex)) return;
    const key = progressGroup?.id ?? vertex;
    const step = this.steps.get(key) ?? newStep(progressGroup?.name ?? name);
    this.steps.set(key, step);
    step.members.set(vertex, { weak: progressGroup?.weak ?? false, state: "waiting", started: 0 });
    this.#stepOf.set(vertex, step);
  }

  #appendLog(step: StepView, stream: string, data: Uint8Array): void {
    const pieces = (step.tail.partial + this.#decode(stream, data)).split("\n");
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

export function isOver({ state }: StepView): boolean {
  return state !== "running" && state !== "waiting";
}

/** What a terminal would show of a line that rewrote itself with carriage returns. */
export function lastWritten(line: string): string {
  const text = line.endsWith("\r") ? line.slice(0, -1) : line;
  return text.slice(text.lastIndexOf("\r") + 1);
}

function newStep(name: string): StepView {
  return {
    ...{ name, index: 0, state: "waiting", started: 0, spent: 0, error: "" },
    parts: new Map(),
    tail: { lines: [], partial: "" },
    members: new Map(),
  };
}

/** What the members of a step make it: it runs as long as one of them does, and is cached when all are. */
function settle(step: StepView): void {
  const members = [...step.members.values()];
  const running = members.filter(({ state }) => state === "running");
  if (running.length > 0) {
    step.state = "running";
    step.started = Math.min(...running.map(({ started }) => started));
  } else if (members.some(({ state }) => state === "failed")) step.state = "failed";
  else if (members.some(({ state }) => state === "cancelled")) step.state = "cancelled";
  else if (members.every(({ state }) => state === "cached")) step.state = "cached";
  else if (members.some(({ state }) => state === "done" || state === "cached")) step.state = "done";
}

/** Of a group, what is only there for the case (weak) is shown when it fails, or when another member has begun. */
function isWorthShowing({ members, error }: StepView): boolean {
  return error !== "" || [...members.values()].some(({ weak, state }) => !weak && state !== "waiting");
}
