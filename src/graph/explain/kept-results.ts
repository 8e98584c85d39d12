import type { RecordedVertex } from "../history/build-record.ts";
import type { Prediction } from "./cache-model.ts";

/** A record of a worker's cache, as far as it counts here. */
export interface KeptRecord {
  readonly description: string;
  /** Milliseconds since the epoch, by the worker's clock. */
  readonly createdAt: number;
}

/**
 * The vertices that are said to be cached and will run all the same, since the worker has no longer what they made and
 * something needs it: the end of the build, or a step that runs. A worker calls what a RUN made by its command, what a
 * COPY made by its name, and knows when it made it.
 */
export function prunedVertices(
  vertices: readonly RecordedVertex[],
  predictions: ReadonlyMap<string, Prediction>,
  kept: readonly KeptRecord[],
): ReadonlySet<string> {
  const read = new Set(vertices.flatMap(({ inputs }) => inputs.map(({ digest }) => digest)));
  const needed = new Set(vertices.flatMap(({ digest }) => (read.has(digest) ? [] : [digest])));
  const pruned = new Set<string>();
  for (const { digest, kind, inputs } of vertices.toReversed()) {
    const prediction = predictions.get(digest);
    const isMade = kind === "exec" || kind === "file";
    const isLost =
      prediction?.kind === "cached" && isMade && needed.has(digest) && !prediction.by.some((by) => isKept(by, kept));
    // Nothing is known of what no recorded build made, as of what came from another cache.
    if (isLost && prediction.by.length > 0) pruned.add(digest);
    if (prediction?.kind === "runs" || pruned.has(digest)) for (const input of inputs) needed.add(input.digest);
  }
  return pruned;
}

/** What is written down of a moment can be this much off, in milliseconds. */
const tolerance = 2000;

function isKept({ name, kind, runs, op }: RecordedVertex, kept: readonly KeptRecord[]): boolean {
  const isMadeThen = ({ createdAt }: KeptRecord) =>
    runs.some(({ started, completed }) => createdAt >= started - tolerance && createdAt <= completed + tolerance);
  const isItsOwn = ({ description }: KeptRecord) => {
    // Older workers call all of these the same.
    if (kind !== "exec") return description === "fileop target" || sameText(description, name);
    const [, command] = /^mount \S+ from exec (.*)$/s.exec(description) ?? [];
    return command !== undefined && (op?.kind !== "exec" || sameText(command, op.args.join(" ")));
  };
  return kept.some((record) => isMadeThen(record) && isItsOwn(record));
}

/** Of a recorded text, parts can be cleared. */
function sameText(full: string, recorded: string): boolean {
  const parts = recorded.slice(0, 5000).split(/\$\w+|\*\*\*/);
  let at = 0;
  for (const part of parts) {
    const found = full.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return true;
}
