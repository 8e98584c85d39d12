import type { RecordedVertex } from "../history/build-record.ts";
import { clearAddresses } from "../history/redact.ts";
import type { Making, Prediction } from "./cache-model.ts";
import { textOf } from "./causes-of.ts";

/** A record of a worker's cache, as far as it counts here. */
export interface KeptRecord {
  readonly id: string;
  readonly description: string;
  /** The records that it is built on. */
  readonly parents: readonly string[];
  /** Milliseconds since the epoch, by the worker's clock. */
  readonly createdAt: number;
}

/**
 * The vertices that are said to be cached and will run all the same, since the worker has no longer what they made and
 * something needs it: the end of the build, or a step that runs. `last` is what was built last, and what is said of that.
 */
export function prunedVertices(
  vertices: readonly RecordedVertex[],
  predictions: Predictions,
  kept: readonly KeptRecord[],
  last?: { readonly vertices: readonly RecordedVertex[]; readonly predictions: Predictions },
): ReadonlySet<string> {
  const isPruned = last !== undefined && lostVertices(last.vertices, last.predictions, new KeptResults(kept)).size > 0;
  const lost = lostVertices(vertices, predictions, new KeptResults(kept, isPruned));
  const read = new Set(vertices.flatMap(({ inputs }) => inputs.map(({ digest }) => digest)));
  const needed = new Set(vertices.flatMap(({ digest }) => (read.has(digest) ? [] : [digest])));
  const pruned = new Set<string>();
  for (const { digest, inputs } of vertices.toReversed()) {
    if (lost.has(digest) && needed.has(digest)) pruned.add(digest);
    if (predictions.get(digest)?.kind === "runs" || pruned.has(digest)) {
      for (const input of inputs) needed.add(input.digest);
    }
  }
  return pruned;
}

type Predictions = ReadonlyMap<string, Prediction>;

/** Inputs first, so that what each was built on is known by then. */
function lostVertices(
  vertices: readonly RecordedVertex[],
  predictions: Predictions,
  results: KeptResults,
): ReadonlySet<string> {
  return new Set(
    vertices.flatMap((vertex) => {
      const prediction = predictions.get(vertex.digest);
      return prediction?.kind === "cached" && !results.has(vertex, prediction.by) ? [vertex.digest] : [];
    }),
  );
}

/**
 * Tells which results a worker still has. It calls what a RUN made by its command, what another step made by its name,
 * knows when it was made, and what it is built on: steps that look the same and ran at once differ in that.
 */
class KeptResults {
  readonly #records: ReadonlyMap<string, KeptRecord>;
  readonly #found = new Map<Making, ReadonlySet<string>>();

  readonly #isPruned: boolean;

  /** `isPruned`: something was removed since the last build. */
  constructor(kept: readonly KeptRecord[], isPruned = false) {
    this.#records = new Map(kept.map((record) => [record.id, record]));
    this.#isPruned = isPruned;
  }

  /** What no recorded build made must look like the step, whenever it was made; or come from another cache. */
  has(vertex: RecordedVertex, by: readonly Making[]): boolean {
    if (by.length > 0) return by.some((making) => !isStep(making.vertex) || this.#recordsOf(making).size > 0);
    if (!isStep(vertex)) return true;
    return [...this.#records.values()].some((record) => isCalled(record, vertex) || isImported(record));
  }

  /** Their ids. */
  #recordsOf(making: Making): ReadonlySet<string> {
    const known = this.#found.get(making);
    if (known !== undefined) return known;
    const found = new Set<string>();
    this.#found.set(making, found);
    for (const record of this.#records.values()) {
      const isItsOwn = isMadeThen(record, making.vertex) && isCalled(record, making.vertex);
      if (isItsOwn && this.#isBuiltOn(record, making) && !this.#isForgotten(record)) found.add(record.id);
    }
    return found;
  }

  /**
   * An engine that builds on an image that it has already keeps a record without a description for its layers. After
   * anything was removed it finds no more what stands on that, though it is kept.
   */
  #isForgotten(record: KeptRecord): boolean {
    if (!this.#isPruned) return false;
    let at = record;
    for (let parent = this.#records.get(at.parents[0] ?? ""); parent !== undefined; ) {
      at = parent;
      parent = this.#records.get(at.parents[0] ?? "");
    }
    return at !== record && at.description === "";
  }

  /**
   * The last of the layers that are joined is the one that was joined then. What is built on an image can stand on what a
   * step made: an image that comes from a registry can have been built here, of layers that are still there.
   */
  #isBuiltOn({ parents }: KeptRecord, { vertex, inputs }: Making): boolean {
    const parent = this.#records.get(parents.at(-1) ?? "");
    if (parent === undefined) return true;
    return (vertex.kind === "merge" ? inputs.slice(-1) : inputs).some(
      (by) => by.length === 0 || by.some((making) => !isStep(making.vertex) || this.#recordsOf(making).has(parent.id)),
    );
  }
}

function isStep({ kind }: RecordedVertex): boolean {
  return kind === "exec" || kind === "file" || kind === "merge";
}

/** Moments are written down in whole milliseconds, of which this many can be lost. */
const tolerance = 10;

function isMadeThen({ createdAt }: KeptRecord, { runs }: RecordedVertex): boolean {
  return runs.some(({ started, completed }) => createdAt >= started - tolerance && createdAt <= completed + tolerance);
}

function isCalled({ description }: KeptRecord, { name, kind, op }: RecordedVertex): boolean {
  // Older workers call all of these the same.
  if (kind !== "exec") return description === "fileop target" || isSameText(textOf(description), textOf(name));
  const [, command] = ofCommand.exec(description) ?? [];
  return command !== undefined && (op?.kind !== "exec" || isSameText(command, op.args.join(" ")));
}

const ofCommand = /^mount \S+ from exec (.*)$/s;

function isImported({ description }: KeptRecord): boolean {
  return description.startsWith("imported ");
}

/** Of a recorded text, parts can be cleared, and its end can be cut off. */
function isSameText(full: string, recorded: string): boolean {
  const isCut = recorded.length > mostOfText;
  const [first = "", ...parts] = recorded.slice(0, mostOfText).split(/\$\w+|\*\*\*/);
  const text = clearAddresses(full);
  const last = isCut ? undefined : parts.pop();
  if (last === undefined && !isCut) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return last === undefined || text.slice(at).endsWith(last);
}

const mostOfText = 5000;
