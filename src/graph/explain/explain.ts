import type { BuildRecord, RecordedVertex } from "../history/build-record.ts";
import { CacheModel, isLocal, type Prediction } from "./cache-model.ts";
import type { Cause } from "./cause.ts";
import { causesOf } from "./causes-of.ts";
import type { ExplainedBuild } from "./explained-build.ts";
import { type KeptRecord, prunedVertices } from "./kept-results.ts";
import { matchVertices } from "./match-vertices.ts";

/** What is said of a build: of each vertex whether it runs, and why. In topological order. */
export interface Explanation {
  /** The build that it is compared with. */
  readonly against: string | undefined;
  readonly vertices: readonly ExplainedVertex[];
}

/** A vertex of the build with what becomes of it, and why. */
export interface ExplainedVertex {
  readonly digest: string;
  readonly kind: RecordedVertex["kind"];
  readonly name: string;
  readonly lines: readonly number[];
  readonly outcome: "cached" | "runs";
  /** The steps whose files decide whether it runs: it is found if they turn out as before. */
  readonly unless: readonly string[];
  /** Why it runs; none where it is cached. */
  readonly causes: readonly Cause[];
}

/**
 * Says of every vertex of a build that is not made yet whether it would run, and why. `past` are the builds that the same
 * worker made, the oldest first; causes are differences to `against`, one of them. `kept` is what the worker's cache still
 * holds: all that it ever had where that is not known.
 */
export function predictBuild(
  build: ExplainedBuild,
  past: readonly Pick<BuildRecord, "vertices" | "outcome">[],
  against: BuildRecord | undefined,
  kept?: readonly KeptRecord[],
): Explanation {
  const model = new CacheModel();
  for (const record of past) model.learn(record);
  const predictions = model.predict(build.vertices);
  const lastOf = (vertices: readonly RecordedVertex[]) => ({ vertices, predictions: model.predict(vertices) });
  const pruned =
    kept === undefined
      ? new Set<string>()
      : prunedVertices(build.vertices, predictions, kept, lastOf(past.at(-1)?.vertices ?? []));
  const outcomes = new Map(predictions);
  for (const digest of pruned) outcomes.set(digest, { kind: "runs", unless: [] });
  return explanation(build, outcomes, against, pruned);
}

/** Says of a build that was made why each vertex that ran did, by its differences to an earlier one. */
export function explainBuild(build: BuildRecord, against: BuildRecord | undefined): Explanation {
  const known = new Set(against?.vertices.map(({ digest }) => digest));
  const outcomes = new Map(
    build.vertices.map((vertex): readonly [string, Prediction] => [
      vertex.digest,
      hasRun(vertex, known) ? { kind: "runs", unless: [] } : { kind: "cached", by: [] },
    ]),
  );
  return explanation(build, outcomes, against, new Set());
}

/** What needs no input is looked up by builds, which a worker may tell as a run of it: it counts where it is another one. */
function hasRun(vertex: RecordedVertex, known: ReadonlySet<string>): boolean {
  const { inputs, digest, state } = vertex;
  if (state === "cached" || state === "skipped" || state === "unknown") return false;
  return inputs.length > 0 || isLocal(vertex) || !known.has(digest);
}

function explanation(
  build: ExplainedBuild,
  outcomes: ReadonlyMap<string, Prediction>,
  against: BuildRecord | undefined,
  pruned: ReadonlySet<string>,
): Explanation {
  const matches =
    against === undefined ? new Map<string, RecordedVertex>() : matchVertices(build.vertices, against.vertices);
  const isRunning = (digest: string) => outcomes.get(digest)?.kind === "runs";
  const causes = (vertex: RecordedVertex): readonly Cause[] =>
    pruned.has(vertex.digest) ? [{ kind: "pruned" }] : causesOf(vertex, { build, against, matches, isRunning });
  return {
    against: against?.ref,
    vertices: build.vertices.map((vertex) => {
      const { digest, kind, name, lines } = vertex;
      const outcome = outcomes.get(digest) ?? { kind: "cached", by: [] };
      const runs = outcome.kind === "runs" && !isLocal(vertex);
      return {
        digest,
        kind,
        name,
        lines,
        outcome: outcome.kind,
        unless: outcome.kind === "runs" ? outcome.unless : [],
        causes: runs ? causes(vertex) : [],
      };
    }),
  };
}
