import { digestOf } from "../digest.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { BuildOutcome, BuildRecord, RecordedWorker } from "../graph/history/build-record.ts";
import type { Manifest } from "../graph/history/manifest.ts";
import { namedVertices } from "../graph/history/named-vertices.ts";
import { type RecordVerticesOptions, recordVertices, type VertexNews } from "../graph/history/record-of.ts";
import { type HashText, redacter } from "../graph/history/redact.ts";
import { findInputs } from "../solver/build-inputs.ts";
import { newId } from "../solver/buildkit/new-id.ts";
import { contextManifest } from "../solver/context-manifest.ts";
import type { SolveEvent, WorkerInfo } from "../solver/events.ts";
import { NewsReader } from "../solver/news-reader.ts";
import type { ContextInput, SolveOptions } from "../solver/solve-options.ts";
import { secretTexts } from "./secret-texts.ts";

/** What is recorded of a build besides what it tells itself. */
export interface RecordedBuild {
  readonly input: ContextInput;
  /** As it was named: shown, and by it the builds of one context are found. */
  readonly context: string;
  readonly options: SolveOptions;
  readonly signal: AbortSignal;
  /** Of the last build of the same context: what has not changed since is not read again. */
  readonly known: () => Promise<ReadonlyMap<string, Manifest>>;
}

/** Listens to a build under way, reads meanwhile what it reads of local folders, and makes its record in the end. */
export class BuildRecorder {
  readonly #build: RecordedBuild;
  readonly #started = Date.now();
  readonly #news = new NewsReader();
  #worker: WorkerInfo | undefined;
  #compilation: Compilation | undefined;
  #manifests: Promise<ReadonlyMap<string, Manifest>> = Promise.resolve(new Map());

  constructor(build: RecordedBuild) {
    this.#build = build;
  }

  /** Whether there is anything to record. */
  get hasBegun(): boolean {
    return this.#compilation !== undefined || this.#news.vertices().length > 0;
  }

  onEvent(event: SolveEvent): void {
    if (event.kind === "worker") this.#worker = event.worker;
    this.#news.read(event);
  }

  onCompiled(compilation: Compilation): void {
    this.#compilation = compilation;
    this.#manifests = readManifests(compilation, this.#build).catch(() => new Map());
  }

  /** `ref` is the worker's id of the build, where it has one. */
  async finish(outcome: BuildOutcome, hash: HashText, ref = newId()): Promise<BuildRecord> {
    const { context, options } = this.#build;
    const { buildArgs = {}, dockerfile = "", target = "", platforms = [], secrets = {} } = options;
    const redact = redacter(buildArgs);
    const redactLog = redacter(buildArgs, await secretTexts(secrets));
    const manifests = await this.#manifests;
    const worker = this.#worker && recordedWorker(this.#worker);
    const vertices = this.#vertices(manifests, worker, { hash, redact, redactLog });
    return {
      ref,
      origin: "solve",
      started: this.#started,
      completed: Date.now(),
      outcome,
      context: redact(context),
      dockerfile: redact(dockerfile),
      target,
      platforms: this.#compilation?.platforms.map(({ platform }) => platform) ?? platforms,
      worker,
      ran: vertices.filter(({ state }) => state === "completed").length,
      cached: vertices.filter(({ state }) => state === "cached").length,
      buildArgs: new Map(Object.entries(buildArgs).map(([name, value]) => [name, hash(value)])),
      dockerfileDigest: this.#compilation && dockerfileDigest(this.#compilation),
      vertices,
      manifests,
    };
  }

  #vertices(
    manifests: ReadonlyMap<string, Manifest>,
    worker: RecordedWorker | undefined,
    clearing: Pick<RecordVerticesOptions, "hash" | "redact" | "redactLog">,
  ): BuildRecord["vertices"] {
    const news: ReadonlyMap<string, VertexNews> = this.#news.news();
    const nativePlatforms = worker?.platforms.slice(0, 1);
    if (this.#compilation === undefined) return namedVertices(this.#news.vertices(), news, clearing);
    return recordVertices(this.#compilation, { ...clearing, news, manifests, nativePlatforms });
  }
}

function dockerfileDigest({ platforms }: Compilation): string | undefined {
  const [source] = platforms.flatMap(({ definition }) => definition.source?.infos ?? []);
  return source && digestOf(source.data);
}

function recordedWorker({ description, address, version, platforms }: WorkerInfo): RecordedWorker {
  return { description, address, version, platforms };
}

/** By the digests of the vertices that read local folders. */
export async function readManifests(
  { graph }: Compilation,
  { input, options, signal, known }: Pick<RecordedBuild, "input" | "options" | "signal" | "known">,
): Promise<ReadonlyMap<string, Manifest>> {
  const locals = graph.vertices.flatMap(({ op, digest }) =>
    op.kind === "source" && op.identifier.startsWith("local://") ? [{ op, digest }] : [],
  );
  const manifests = new Map<string, Manifest>();
  if (locals.length === 0) return manifests;
  const { sources } = await findInputs(input, options);
  const before = await known();
  for (const { op, digest } of locals) {
    const source = sources.get(op.identifier.slice("local://".length));
    const manifest = source && (await contextManifest(source, op, { signal, known: before.get(op.identifier) }));
    if (manifest !== undefined) manifests.set(digest, manifest);
  }
  return manifests;
}
