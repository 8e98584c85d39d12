import type { BuildRecord, RecordedDep, RecordedVertex } from "../history/build-record.ts";

/** What a cache does for a vertex. */
export type Prediction =
  /** `by`: how past builds made the result, as far as that is known. */
  | { readonly kind: "cached"; readonly by: readonly Making[] }
  /** `unless`: it will be found after all if these inputs, which run again, give the same files as before. */
  | { readonly kind: "runs"; readonly unless: readonly string[] };

/** A run that made a result, and by index how what it was made of was made. */
export interface Making {
  readonly vertex: RecordedVertex;
  readonly inputs: readonly (readonly Making[])[];
}

/**
 * A worker's cache, as far as the builds that it made tell of it. Like BuildKit it knows results by what was done and
 * what that was done to: an input counts as the same where it is the same result, or where what is read of it is.
 * Builds are learnt in the order in which they were made.
 */
export class CacheModel {
  /** By cache key, what there are results of. */
  readonly #entries = new Map<string, Entry[]>();
  /** By result, how it was made. */
  readonly #makings = new Map<number, Making[]>();
  #results = 0;

  /**
   * Learns what a build left in the cache. Of one that failed or was cancelled that is what is known to have been done; of
   * another one also what was not needed, since what builds on it was found.
   */
  learn({ vertices, outcome }: Pick<BuildRecord, "vertices" | "outcome">): void {
    const results = new Map<string, number>();
    for (const vertex of vertices) {
      const isDone = vertex.state === "cached" || vertex.state === "completed";
      if (isDone || outcome === "completed") results.set(vertex.digest, this.#learnVertex(vertex, results));
    }
  }

  /** What it would do for the vertices of a build, by digest. Nothing is learnt by that. */
  predict(vertices: readonly RecordedVertex[]): ReadonlyMap<string, Prediction> {
    const results = new Map<string, number>();
    const predictions = new Map<string, Prediction>();
    let fresh = -1;
    for (const vertex of vertices) {
      const known = this.#find(vertex, results);
      const runs = known === undefined || vertex.ignoresCache;
      // What builds on a step that is to run in any case finds nothing by it, be its result the same.
      results.set(vertex.digest, runs ? fresh-- : known);
      const unless = known === undefined ? this.#almost(vertex, results) : [];
      predictions.set(vertex.digest, runs ? { kind: "runs", unless } : { kind: "cached", by: this.#makingsOf(known) });
    }
    return predictions;
  }

  #learnVertex(vertex: RecordedVertex, results: ReadonlyMap<string, number>): number {
    const known = this.#find(vertex, results) ?? this.#observed(vertex, results);
    const result = known ?? this.#results++;
    if (vertex.state === "completed") {
      const inputs = vertex.inputs.map(({ digest }) => this.#makingsOf(results.get(digest) ?? -1));
      this.#makingsOf(result).push({ vertex, inputs });
    }
    if (isLocal(vertex)) return result;
    const entry = { inputs: inputsOf(vertex, results), result };
    const entries = this.#entries.get(keyOf(vertex));
    if (entries === undefined) this.#entries.set(keyOf(vertex), [entry]);
    else entries.push(entry);
    return result;
  }

  /** The list that grows with each further one. */
  #makingsOf(result: number): Making[] {
    const known = this.#makings.get(result) ?? [];
    this.#makings.set(result, known);
    return known;
  }

  #find(vertex: RecordedVertex, results: ReadonlyMap<string, number>): number | undefined {
    if (isLocal(vertex)) return undefined;
    const inputs = inputsOf(vertex, results);
    return this.#entries
      .get(keyOf(vertex))
      ?.find((entry) => inputs.every((input, at) => isSame(input, entry.inputs[at])))?.result;
  }

  /** What a worker found without running anything is the same as something known, though we cannot tell by what. */
  #observed(vertex: RecordedVertex, results: ReadonlyMap<string, number>): number | undefined {
    if (vertex.state !== "cached" || isLocal(vertex)) return undefined;
    return this.#similar(vertex, results)?.entry.result;
  }

  /** The inputs but for which it would be found, if what is read of them turned out to be the same. */
  #almost(vertex: RecordedVertex, results: ReadonlyMap<string, number>): readonly string[] {
    if (isLocal(vertex) || vertex.ignoresCache) return [];
    const similar = this.#similar(vertex, results);
    return [...new Set(similar?.open.map((index) => vertex.inputs[index]?.digest ?? "") ?? [])];
  }

  /** The newest entry that differs only in inputs of which content counts that nobody knows beforehand. */
  #similar(
    vertex: RecordedVertex,
    results: ReadonlyMap<string, number>,
  ): { readonly entry: Entry; readonly open: readonly number[] } | undefined {
    const inputs = inputsOf(vertex, results);
    const found = this.#entries
      .get(keyOf(vertex))
      ?.findLast((entry) =>
        inputs.every((input, at) => isSame(input, entry.inputs[at]) || mayBeSame(input, entry.inputs[at])),
      );
    if (found === undefined) return undefined;
    const open = inputs.flatMap((input, at) => (isSame(input, found.inputs[at]) ? [] : [at]));
    return open.length === 0 ? undefined : { entry: found, open };
  }
}

interface Entry {
  readonly inputs: readonly KnownInput[];
  readonly result: number;
}

interface KnownInput {
  readonly selector: string | undefined;
  /** Undefined where it is not known to have one. */
  readonly result: number | undefined;
  readonly byContent: boolean;
  readonly content: string | undefined;
}

function inputsOf(vertex: RecordedVertex, results: ReadonlyMap<string, number>): readonly KnownInput[] {
  return vertex.inputs.map(({ digest, output }, index) => {
    const { selector = "", reads, content } = vertex.deps[index] ?? noDep;
    return { selector: `${output} ${selector}`, result: results.get(digest), byContent: reads !== undefined, content };
  });
}

const noDep: RecordedDep = { selector: undefined, reads: undefined, content: undefined };

function isSame(a: KnownInput, b: KnownInput | undefined): boolean {
  if (b === undefined) return false;
  if (a.result !== undefined && a.result === b.result && a.selector === b.selector) return true;
  return a.content !== undefined && a.content === b.content;
}

function mayBeSame(a: KnownInput, b: KnownInput | undefined): boolean {
  return b !== undefined && a.byContent && b.byContent && (a.content === undefined || b.content === undefined);
}

/** A local folder is sent by every build, and known by the content that is read of it alone. */
export function isLocal({ kind, traits }: RecordedVertex): boolean {
  return kind === "source" && traits.some(({ name, value }) => name === "source" && value.startsWith("local://"));
}

/** Where only the worker knows how it keys an op, it is taken for the same where it looks the same. */
function keyOf({ kind, traits, cacheKey, inputs }: RecordedVertex): string {
  const key = cacheKey ?? JSON.stringify([kind, traits.map(({ name, value }) => [name, value])]);
  return `${inputs.length} ${key}`;
}
