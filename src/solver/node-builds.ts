import { Failure } from "../failure.ts";
import type { Compilation } from "../graph/compilation.ts";
import { joinCompilations } from "../graph/join-compilations.ts";
import { type BuildInput, runBuild } from "./build.ts";
import { newId } from "./buildkit/new-id.ts";
import type { SolveEvent } from "./events.ts";
import { joinErrors } from "./many-failures.ts";
import { nodeOutputs, pushedNames } from "./node-outputs.ts";
import type { OpenedNode } from "./open-worker.ts";
import { joinImages } from "./push-index.ts";
import type { EventSink } from "./running-solve.ts";
import type { SolveOptions, SolveResult } from "./solve-options.ts";

/**
 * One build whose platforms are shared out among the nodes of a builder, all side by side. What is pushed goes up by its
 * digests, and one index of all is pushed under the names in the end; folders get the files of every platform.
 *
 * Rejects as `solve` does, with the failure that came first; the builds on the other nodes are cancelled, unless they are
 * to be kept going. Connections stay open.
 */
export async function buildOnNodes(
  input: BuildInput,
  options: SolveOptions,
  nodes: readonly OpenedNode[],
  tell: EventSink,
): Promise<SolveResult> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const share = new SharedTelling(options, tell);
  const source = await readByMany(input);
  const errors: unknown[] = [];
  const building = nodes.map(async (node, index) => {
    const { connection, worker, platforms } = node;
    const own: SolveOptions = {
      ...options,
      ...nodeOutputs(options),
      platforms,
      // An index of its own, also where a node builds one platform only.
      frontendOptions: { ...options.frontendOptions, "multi-platform": "true" },
      signal,
      onEvent: undefined,
      onCompiled: (compilation) => share.compiled(index, compilation),
    };
    try {
      return await runBuild(
        source,
        own,
        async () => ({ connection, worker }),
        (event) => share.tell(event),
      );
    } catch (error) {
      errors.push(error);
      if (options.keepGoing !== true) stop.abort(error);
      throw error;
    }
  });
  const settled = await Promise.allSettled(building);
  const [first, ...others] = errors;
  if (first !== undefined) {
    options.signal?.throwIfAborted();
    throw options.keepGoing === true ? joinErrors([first, ...others]) : first;
  }
  const results = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  return joinResults(results, options, share);
}

async function joinResults(
  results: readonly SolveResult[],
  options: SolveOptions,
  share: SharedTelling,
): Promise<SolveResult> {
  const [first] = results;
  if (first === undefined) throw new Error("a build on no node");
  const { names, insecure } = pushedNames(options);
  const joined = {
    ...first,
    compilation: share.compilation,
    sizes: results.every(({ sizes }) => sizes === undefined) ? undefined : results.flatMap(({ sizes = [] }) => sizes),
    timings: results.flatMap(({ timings }) => timings),
  };
  if (names.length === 0) return joined;
  const responses = results.map(({ exporterResponse }) => exporterResponse);
  const { signal, annotations } = options;
  const descriptor = await share.step(`merging manifest list ${names.join(",")}`, () =>
    joinImages(responses, { names, insecure, annotations, signal }),
  );
  const exporterResponse = new Map([
    ["containerimage.digest", descriptor.digest],
    ["containerimage.descriptor", Buffer.from(JSON.stringify(descriptor)).toString("base64")],
    ["image.name", names.join(",")],
  ]);
  return { ...joined, digest: descriptor.digest, exporterResponse };
}

/** Makes one stream of events of those of several nodes, which know some vertices in common. */
class SharedTelling {
  readonly #options: SolveOptions;
  readonly #sink: EventSink;
  readonly #known = new Set<string>();
  readonly #compilations = new Map<number, Compilation>();

  constructor(options: SolveOptions, sink: EventSink) {
    this.#options = options;
    this.#sink = sink;
  }

  /** What all nodes have compiled so far. */
  get compilation(): Compilation | undefined {
    const [first, ...others] = this.#compilations.values();
    return first === undefined ? undefined : others.reduce(joinCompilations, first);
  }

  compiled(index: number, compilation: Compilation): void {
    this.#compilations.set(index, compilation);
    const all = this.compilation;
    if (all !== undefined) this.#options.onCompiled?.(all);
  }

  tell(event: SolveEvent): Promise<void> | void {
    if (event.kind === "vertex") {
      if (this.#known.has(event.vertex)) return;
      this.#known.add(event.vertex);
    }
    this.#options.onEvent?.(event);
    return this.#sink(event);
  }

  /** Something that is done here, told as a step. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const vertex = `random:${newId()}`;
    const started = Date.now();
    await this.tell({ kind: "vertex", vertex, name, inputs: [], platform: "", internal: false });
    await this.tell({ kind: "started", vertex, at: started });
    try {
      const result = await work();
      await this.tell({ kind: "completed", vertex, started, at: Date.now() });
      return result;
    } catch (error) {
      const text = error instanceof Failure ? error.message : String(error);
      await this.tell({ kind: "failed", vertex, started, at: Date.now(), error: text, cancelled: false });
      throw error;
    }
  }
}

/** A stream is read once, and every node wants to read it. */
async function readByMany(input: BuildInput): Promise<BuildInput> {
  if (typeof input !== "object" || !("archive" in input) || input.archive instanceof Uint8Array) return input;
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.archive) chunks.push(chunk);
  return { archive: Buffer.concat(chunks) };
}
