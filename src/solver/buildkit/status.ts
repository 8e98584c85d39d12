import type { SolveEvent } from "../events.ts";
import { platformOfName } from "../vertex-name.ts";
import type { common, control } from "./proto/gen/buildkit.js";
import { fromWireTime } from "./wire.ts";

/**
 * Turns a worker's status messages into events. It keeps what it has told of each vertex, since a worker repeats itself:
 * every message about a vertex has all of its present state.
 */
export class StatusReader {
  readonly #vertices = new Map<string, Known>();

  /**
   * The events of one message. Within it, what has begun comes before logs and progress, and what has ended after them,
   * so that a reader never sees output of a vertex that is not running.
   */
  read(message: control.StatusResponse.$Properties): SolveEvent[] {
    const events: SolveEvent[] = [];
    const endings: SolveEvent[] = [];
    for (const vertex of message.vertexes ?? []) this.#readVertex(vertex, events, endings);
    for (const status of message.statuses ?? []) events.push(readProgress(status));
    for (const log of message.logs ?? []) events.push(readLog(log));
    for (const warning of message.warnings ?? []) events.push(readWarning(warning));
    events.push(...endings);
    return events;
  }

  #readVertex(vertex: control.Vertex.$Properties, events: SolveEvent[], endings: SolveEvent[]): void {
    const digest = vertex.digest ?? "";
    let known = this.#vertices.get(digest);
    if (known === undefined) {
      known = { started: undefined, ended: true, hasInputs: (vertex.inputs ?? []).length > 0 };
      this.#vertices.set(digest, known);
      events.push(introduce(vertex, digest));
    }
    const started = fromWireTime(vertex.started);
    const completed = fromWireTime(vertex.completed);
    if (started !== undefined && started !== known.started) {
      tellEndingOf(digest, events, endings);
      known.started = started;
      known.ended = false;
      // A hit is over before anyone could watch it: only its `cached` is told.
      if (vertex.cached !== true) events.push({ kind: "started", vertex: digest, at: started });
    }
    if (completed === undefined || known.ended) return;
    known.ended = true;
    endings.push(ending(vertex, known, started ?? completed, completed));
  }
}

interface Known {
  started: number | undefined;
  ended: boolean;
  readonly hasInputs: boolean;
}

/** A message may hold two runs of one vertex: the first has ended before the second begins. */
function tellEndingOf(digest: string, events: SolveEvent[], endings: SolveEvent[]): void {
  const at = endings.findIndex((event) => "vertex" in event && event.vertex === digest);
  if (at !== -1) events.push(...endings.splice(at, 1));
}

function introduce(vertex: control.Vertex.$Properties, digest: string): SolveEvent {
  const name = vertex.name ?? "";
  const group = vertex.progressGroup;
  return {
    kind: "vertex",
    vertex: digest,
    name,
    inputs: vertex.inputs ?? [],
    platform: platformOfName(name),
    internal: /^\[(?:\S+ )?(?:internal|auth)\]/.test(name),
    ...(group == null
      ? {}
      : { progressGroup: { id: group.id ?? "", name: group.name ?? "", weak: group.weak ?? false } }),
  };
}

function ending(vertex: control.Vertex.$Properties, known: Known, started: number, at: number): SolveEvent {
  const digest = vertex.digest ?? "";
  const error = vertex.error ?? "";
  if (error !== "") {
    return { kind: "failed", vertex: digest, started, at, error, cancelled: /context cancell?ed/i.test(error) };
  }
  if (vertex.cached === true) return { kind: "cached", vertex: digest, at };
  // What tells of a transfer leaves out the inputs.
  const isTransfer = known.hasInputs && (vertex.inputs ?? []).length === 0;
  return { kind: "completed", vertex: digest, started, at, ...(isTransfer ? { isTransfer } : {}) };
}

function readProgress(status: control.VertexStatus.$Properties): SolveEvent {
  const started = fromWireTime(status.started);
  const completed = fromWireTime(status.completed);
  return {
    kind: "progress",
    vertex: status.vertex ?? "",
    id: status.id ?? "",
    name: status.name ?? "",
    current: status.current?.toNumber() ?? 0,
    total: status.total?.toNumber() ?? 0,
    at: fromWireTime(status.timestamp) ?? 0,
    ...(started === undefined ? {} : { started }),
    ...(completed === undefined ? {} : { completed }),
  };
}

function readLog(log: control.VertexLog.$Properties): SolveEvent {
  return {
    kind: "log",
    vertex: log.vertex ?? "",
    stream: log.stream?.toNumber() === 2 ? "stderr" : "stdout",
    data: log.msg ?? new Uint8Array(),
    at: fromWireTime(log.timestamp) ?? 0,
  };
}

function readWarning(warning: control.VertexWarning.$Properties): SolveEvent {
  return {
    kind: "warning",
    vertex: warning.vertex ?? "",
    level: warning.level?.toNumber() ?? 0,
    message: text(warning.short),
    detail: (warning.detail ?? []).map(text),
    url: warning.url ?? "",
    filename: warning.info?.filename ?? "",
    text: warning.info?.data ?? new Uint8Array(),
    ranges: (warning.ranges ?? []).map((range) => ({ start: position(range.start), end: position(range.end) })),
  };
}

function position(position: common.Position.$Properties | null | undefined) {
  return { line: position?.line ?? 0, character: position?.character ?? 0 };
}

function text(bytes: Uint8Array | null | undefined): string {
  return bytes == null ? "" : Buffer.from(bytes).toString("utf8");
}
