import { createHash } from "node:crypto";
import type { BuildRecord, RecordedVertex } from "../graph/history/build-record.ts";
import type { VertexTiming } from "../solver/solve-options.ts";
import { platformOfName } from "../solver/vertex-name.ts";

/** Milliseconds that steps took when they last ran, by `stepKeys`. */
export type StepDurations = ReadonlyMap<string, number>;

/** Names are recorded without what may be secret in them: so are those to look for. */
export type ClearName = (name: string) => string;

/**
 * What the steps of a build are known by from one build to the next. A vertex's digest will not do: those that depend
 * on the context have another in each build. It is made of the step's name, without its place in the Dockerfile, and
 * what it is built on.
 */
export function stepKeys(timings: readonly VertexTiming[], clear: ClearName = unchanged): ReadonlyMap<string, string> {
  const known = new Map(timings.map((timing) => [timing.digest, timing]));
  const keys = new Map<string, string>();
  const waiting = timings.map(({ digest }) => digest);
  // A worker that tells of a circle must not lead us round it.
  const begun = new Set<string>();
  for (;;) {
    const digest = waiting.pop();
    if (digest === undefined) return keys;
    const timing = known.get(digest);
    if (timing === undefined || keys.has(digest)) continue;
    begun.add(digest);
    const missing = timing.inputs.filter((input) => known.has(input) && !keys.has(input) && !begun.has(input));
    if (missing.length > 0) {
      waiting.push(digest, ...missing);
      continue;
    }
    const name = clear(timing.name).replace(/^\[[^\]]*\] /, "");
    const parts = [timing.platform, name, ...timing.inputs.map((input) => keys.get(input) ?? "")];
    keys.set(digest, createHash("sha256").update(parts.join("\0")).digest("hex").slice(0, 24));
  }
}

const unchanged: ClearName = (name) => name;

/**
 * Whether a name is that of a step of the Dockerfile: those are numbered. FROM does not count: a worker always looks an
 * image up, and tells that as a run, whether or not it then fetches anything.
 */
export function isStep(name: string): boolean {
  return /^\[[^\]]*\b\d+\/\d+\] (?!FROM )/.test(name);
}

/** What the steps that came from the cache would have taken: a sum over those of which it is known, and their number. */
export function timeSaved(
  timings: readonly VertexTiming[],
  durations: StepDurations,
  clear?: ClearName,
): { readonly milliseconds: number; readonly steps: number } {
  const keys = stepKeys(timings, clear);
  const saved = timings
    .filter(({ state, name }) => state === "cached" && isStep(name))
    .flatMap(({ digest }) => durations.get(keys.get(digest) ?? "") ?? []);
  return { milliseconds: saved.reduce((sum, each) => sum + each, 0), steps: saved.length };
}

/** What a build has shown of its steps, by their keys. */
export function durationsOf(timings: readonly VertexTiming[]): StepDurations {
  // Of most builds that are recorded every step came from the cache.
  if (!timings.some(({ state, name }) => state === "completed" && isStep(name))) return new Map();
  const keys = stepKeys(timings);
  return new Map(
    timings.flatMap(({ digest, state, name, runs }) => {
      const spent = Math.round(runs.reduce((sum, run) => sum + run.completed - run.started, 0));
      return state === "completed" && isStep(name) ? [[keys.get(digest) ?? "", spent] as const] : [];
    }),
  );
}

/** What the builds that were recorded have shown of their steps, the newest last: see `recentRecords`. */
export function recordedDurations(newestFirst: readonly Pick<BuildRecord, "vertices">[]): StepDurations {
  return new Map(
    newestFirst
      .slice()
      .reverse()
      .flatMap(({ vertices }) => [...durationsOf(vertices.map(timingOf))]),
  );
}

function timingOf({ digest, name, inputs, state, runs }: RecordedVertex): VertexTiming {
  return {
    digest,
    name,
    platform: platformOfName(name),
    inputs: inputs.map((input) => input.digest),
    state: state === "unknown" ? "skipped" : state,
    runs,
  };
}
