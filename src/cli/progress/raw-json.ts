import type { Range } from "../../range.ts";
import type { SolveEvent, VertexEvent, WarningEvent } from "../../solver/events.ts";
import type { Progress } from "./progress.ts";

/**
 * One line of JSON for each event, each a SolveStatus as docker buildx writes it with `--progress rawjson`: with
 * `vertexes`, `statuses`, `logs` or `warnings`. Bytes are in base64, times in RFC 3339 with fractions of a second.
 */
export function rawJsonProgress(write: (text: string) => void): Progress {
  const vertices = new Map<string, VertexState>();
  return {
    onEvent(event) {
      const status = statusOf(event, vertices);
      if (status !== undefined) write(`${JSON.stringify(status)}\n`);
    },
    end() {},
  };
}

interface VertexState {
  readonly vertex: VertexEvent;
  started?: number;
}

function statusOf(event: SolveEvent, vertices: Map<string, VertexState>): object | undefined {
  switch (event.kind) {
    case "worker":
    case "note":
      return undefined;
    case "vertex":
      vertices.set(event.vertex, { vertex: event });
      return { vertexes: [vertexOf(event)] };
    case "started":
    case "cached":
    case "completed":
    case "failed":
      return ranStatus(event, vertices.get(event.vertex));
    case "progress": {
      const { id, vertex, name, total, current, at, started, completed } = event;
      return {
        statuses: [
          { id, vertex, ...given({ name, total }), current, timestamp: time(at), ...times(started, completed) },
        ],
      };
    }
    case "log": {
      const stream = event.stream === "stderr" ? 2 : 1;
      return { logs: [{ vertex: event.vertex, stream, data: base64(event.data), timestamp: time(event.at) }] };
    }
    case "warning":
      return { warnings: [warningOf(event)] };
  }
}

type RanEvent = Extract<SolveEvent, { readonly kind: "started" | "cached" | "completed" | "failed" }>;

function ranStatus(event: RanEvent, known: VertexState | undefined): object | undefined {
  if (known === undefined) return undefined;
  const vertex = vertexOf(known.vertex);
  switch (event.kind) {
    case "started":
      return { vertexes: [{ ...vertex, ...times(event.at, undefined) }] };
    case "cached":
      return { vertexes: [{ ...vertex, ...times(event.at, event.at), cached: true }] };
    case "completed":
      return { vertexes: [{ ...vertex, ...times(event.started, event.at) }] };
    case "failed":
      return { vertexes: [{ ...vertex, ...times(event.started, event.at), error: event.error }] };
  }
}

function vertexOf({ vertex: digest, inputs, name, progressGroup }: VertexEvent): object {
  return {
    ...{ digest, ...(inputs.length === 0 ? {} : { inputs }), name },
    ...(progressGroup === undefined ? {} : { progressGroup: groupOf(progressGroup) }),
  };
}

function groupOf({ id, name, weak }: NonNullable<VertexEvent["progressGroup"]>): object {
  return given({ id, name, weak });
}

function warningOf({ vertex, level, message, detail, url, filename, text, ranges }: WarningEvent): object {
  return {
    ...given({ vertex, level }),
    short: base64(Buffer.from(message)),
    ...(detail.length === 0 ? {} : { detail: detail.map((line) => base64(Buffer.from(line))) }),
    ...given({ url }),
    ...(filename === "" ? {} : { sourceInfo: { filename, data: base64(text) } }),
    ...(ranges.length === 0 ? {} : { range: ranges.map(rangeOf) }),
  };
}

function rangeOf({ start, end }: Range): object {
  return { start: given({ ...start }), end: given({ ...end }) };
}

/** Go leaves out what is empty. */
function given(fields: Readonly<Record<string, string | number | boolean>>): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== "" && value !== 0 && value !== false),
  );
}

function times(started: number | undefined, completed: number | undefined): object {
  return {
    ...(started === undefined ? {} : { started: time(started) }),
    ...(completed === undefined ? {} : { completed: time(completed) }),
  };
}

/** An instant in milliseconds as Go prints one: nanoseconds, without zeros at the end. */
function time(milliseconds: number): string {
  const whole = Math.floor(milliseconds);
  const nanoseconds = Math.round((milliseconds - whole) * 1e6) + (((whole % 1000) + 1000) % 1000) * 1e6;
  const carried = new Date(Math.floor(whole / 1000) * 1000 + (nanoseconds >= 1e9 ? 1000 : 0));
  const fraction = String(nanoseconds % 1e9)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${carried.toISOString().slice(0, 19)}${fraction === "" ? "" : `.${fraction}`}Z`;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
