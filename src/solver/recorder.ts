import type { SolveEvent } from "./events.ts";
import { LogTail } from "./log-tail.ts";
import type { VertexTiming } from "./solve-options.ts";

/** Reads a solve's events for what its result or failure tells in the end: times per vertex, names, last lines. */
export class Recorder {
  readonly #vertices = new Map<string, Recorded>();

  record(event: SolveEvent): void {
    if (event.kind === "vertex") {
      const { vertex: digest, name, platform, inputs } = event;
      this.#vertices.set(digest, { digest, name, platform, inputs, state: "skipped", runs: [], tail: new LogTail() });
      return;
    }
    if (!("vertex" in event)) return;
    const vertex = this.#vertices.get(event.vertex);
    if (vertex === undefined) return;
    switch (event.kind) {
      case "cached":
        // Sources are looked up first, which is told as a run of theirs: only then are they found in the cache.
        vertex.state = "cached";
        break;
      case "completed":
        // A worker takes for cached what is not looked at yet when something that was built on it is found. It can run still.
        if (vertex.state !== "cached" || (vertex.inputs.length > 0 && event.isTransfer !== true)) {
          vertex.state = "completed";
        }
        vertex.runs.push({ started: event.started, completed: event.at });
        break;
      case "failed":
        vertex.state = event.cancelled ? "cancelled" : "failed";
        vertex.runs.push({ started: event.started, completed: event.at });
        break;
      case "log":
        vertex.tail.add(event.stream, event.data);
        // What writes runs after all, for another of its outputs.
        if (vertex.state === "cached") vertex.state = "skipped";
        break;
      default:
        break;
    }
  }

  timings(): readonly VertexTiming[] {
    return [...this.#vertices.values()].map(({ tail: _, ...timing }) => timing);
  }

  /** A vertex that failed by itself, if one did: the worker's answer does not always say which. */
  failedVertex(): string | undefined {
    return [...this.#vertices.values()].find((vertex) => vertex.state === "failed")?.digest;
  }

  nameOf(digest: string): string {
    return this.#vertices.get(digest)?.name ?? "";
  }

  lastLines(digest: string): readonly string[] {
    return this.#vertices.get(digest)?.tail.lines() ?? [];
  }
}

interface Recorded {
  readonly digest: string;
  readonly name: string;
  readonly platform: string;
  readonly inputs: readonly string[];
  state: VertexTiming["state"];
  readonly runs: { readonly started: number; readonly completed: number }[];
  readonly tail: LogTail;
}
