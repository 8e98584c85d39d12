import type { VertexNews } from "../graph/history/record-of.ts";
import type { SolveEvent, VertexEvent } from "./events.ts";
import { Recorder } from "./recorder.ts";

/** Reads a build's events for what its record tells of each vertex. */
export class NewsReader {
  readonly #recorder = new Recorder();
  readonly #introduced: VertexEvent[] = [];
  /** Of each vertex, what each of its parts has transferred. */
  readonly #parts = new Map<string, Map<string, number>>();
  readonly #exitCodes = new Map<string, number>();

  read(event: SolveEvent): void {
    this.#recorder.record(event);
    if (event.kind === "vertex") this.#introduced.push(event);
    else if (event.kind === "progress") {
      const parts = this.#parts.get(event.vertex) ?? new Map();
      this.#parts.set(event.vertex, parts.set(event.id, event.current));
    } else if (event.kind === "failed") {
      const code = /exit code: (\d{1,3})\b/.exec(event.error)?.[1];
      if (code !== undefined) this.#exitCodes.set(event.vertex, Number(code));
    }
  }

  /** In the order in which they became known. */
  vertices(): readonly VertexEvent[] {
    return this.#introduced;
  }

  /** By digest. */
  news(): ReadonlyMap<string, VertexNews> {
    return new Map(
      this.#recorder.timings().map(({ digest, state, runs }) => {
        const bytes = [...(this.#parts.get(digest)?.values() ?? [])].reduce((sum, each) => sum + each, 0);
        const exitCode = this.#exitCodes.get(digest);
        return [digest, { state, runs, bytes, exitCode, log: this.#recorder.lastLines(digest) }];
      }),
    );
  }
}
