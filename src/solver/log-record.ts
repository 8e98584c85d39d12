import type { BuildOutcome, BuildRecord } from "../graph/history/build-record.ts";
import { namedVertices } from "../graph/history/named-vertices.ts";
import { redacter } from "../graph/history/redact.ts";
import type { control } from "./buildkit/proto/gen/buildkit.js";
import { StatusReader } from "./buildkit/status.ts";
import { statusOfJson } from "./buildkit/status-of-json.ts";
import { NewsReader } from "./news-reader.ts";

/** What is known of a build besides the messages that its worker sent about it. */
export type LogFacts = Pick<BuildRecord, "ref" | "origin" | "context">;

/**
 * The record of a build from a log of its progress: lines of `--progress rawjson`, of docker buildx or of llbc; others are
 * passed over. Undefined where no line is one.
 */
export function logRecord(lines: Iterable<string>, facts: LogFacts): BuildRecord | undefined {
  const reader = new LogReader();
  for (const line of lines) {
    const message = statusOfJson(line);
    if (message !== undefined) reader.read(message);
  }
  return reader.record(facts);
}

/** Takes the messages of a worker about a build, in order, and makes its record. */
export class LogReader {
  readonly #status = new StatusReader();
  readonly #news = new NewsReader();

  read(message: control.StatusResponse.$Properties): void {
    for (const event of this.#status.read(message)) this.#news.read(event);
  }

  /** Undefined where nothing was heard. The values of `buildArgs` are cleared from it. */
  record(facts: LogFacts, buildArgs: Readonly<Record<string, string>> = {}): BuildRecord | undefined {
    const told = this.#news.vertices();
    if (told.length === 0) return undefined;
    const news = this.#news.news();
    const vertices = namedVertices(told, news, { redact: redacter(buildArgs) });
    const times = [...news.values()].flatMap(({ runs }) => runs);
    const outcome: BuildOutcome = [...news.values()].some(({ state }) => state === "failed")
      ? "failed"
      : [...news.values()].some(({ state }) => state === "cancelled")
        ? "cancelled"
        : "completed";
    return {
      ...facts,
      started: times.reduce((least, { started }) => Math.min(least, started), times[0]?.started ?? 0),
      completed: times.reduce((most, { completed }) => Math.max(most, completed), 0),
      outcome,
      dockerfile: "",
      target: "",
      platforms: [...new Set(vertices.flatMap(({ platforms }) => platforms))],
      worker: undefined,
      ran: vertices.filter(({ state }) => state === "completed").length,
      cached: vertices.filter(({ state }) => state === "cached").length,
      buildArgs: new Map(),
      dockerfileDigest: undefined,
      vertices,
      manifests: new Map(),
    };
  }
}
