import { digestOf } from "../digest.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { BuildOutcome, RecordedSteps, RecordedWorker } from "../graph/history/build-record.ts";
import { namedVertices } from "../graph/history/named-vertices.ts";
import type { KeptRecord } from "../graph/history/record-json.ts";
import {
  type ContentOf,
  type RecordVerticesOptions,
  recordVertices,
  type VertexNews,
} from "../graph/history/record-of.ts";
import { type HashText, redacter } from "../graph/history/redact.ts";
import type { Listing } from "../solver/buildkit/filesync/listing.ts";
import { newId } from "../solver/buildkit/new-id.ts";
import type { SolveEvent, WorkerInfo } from "../solver/events.ts";
import { NewsReader } from "../solver/news-reader.ts";
import { FolderReads, type ReadingBuild } from "./folder-reads.ts";
import type { ManifestSource } from "./history-store.ts";
import { secretTexts } from "./secret-texts.ts";

/** A record to be kept, and where its manifests are. */
export interface FinishedRecord {
  readonly record: KeptRecord;
  readonly manifests: ManifestSource;
}

/** Listens to a build under way, reads meanwhile what it reads of local folders, and makes its record in the end. */
export class BuildRecorder {
  readonly #build: ReadingBuild;
  readonly #started = Date.now();
  readonly #news = new NewsReader();
  #worker: WorkerInfo | undefined;
  #compilation: Compilation | undefined;
  readonly #folders: FolderReads;

  constructor(build: ReadingBuild) {
    this.#build = build;
    this.#folders = new FolderReads(build);
  }

  /** Whether there is anything to record. */
  get hasBegun(): boolean {
    return this.#compilation !== undefined || this.#news.vertices().length > 0;
  }

  /** Whether it is known what is built: from then on the worker waits for nothing but files. */
  get hasCompiled(): boolean {
    return this.#compilation !== undefined;
  }

  onEvent(event: SolveEvent): void {
    if (event.kind === "worker") this.#worker = event.worker;
    this.#news.read(event);
  }

  onCompiled(compilation: Compilation): void {
    this.#compilation = compilation;
    this.#folders.onCompiled(compilation);
  }

  onListed(listing: Listing): void {
    this.#folders.onListed(listing);
  }

  /** `ref` is the worker's id of the build, where it has one. */
  async finish(outcome: BuildOutcome, hash: HashText, ref = newId()): Promise<FinishedRecord> {
    const { context, options } = this.#build;
    const { buildArgs = {}, dockerfile = "", target = "", platforms = [], secrets = {} } = options;
    const redact = redacter(buildArgs);
    const redactLog = redacter(buildArgs, await secretTexts(secrets));
    const folders = await this.#folders.end();
    const worker = this.#worker && recordedWorker(this.#worker);
    const clearing = { hash, redact, redactLog };
    const vertices = this.#vertices(folders.contentOf, worker, clearing);
    const steps: RecordedSteps = {
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
    };
    return { record: { steps, manifestNames: folders.names }, manifests: folders.manifests };
  }

  #vertices(
    contentOf: ContentOf,
    worker: RecordedWorker | undefined,
    clearing: Pick<RecordVerticesOptions, "hash" | "redact" | "redactLog">,
  ): RecordedSteps["vertices"] {
    const news: ReadonlyMap<string, VertexNews> = this.#news.news();
    const nativePlatforms = worker?.platforms.slice(0, 1);
    if (this.#compilation === undefined) return namedVertices(this.#news.vertices(), news, clearing);
    return recordVertices(this.#compilation, { ...clearing, news, contentOf, nativePlatforms });
  }
}

function dockerfileDigest({ platforms }: Compilation): string | undefined {
  const [source] = platforms.flatMap(({ definition }) => definition.source?.infos ?? []);
  return source && digestOf(source.data);
}

function recordedWorker({ description, address, version, platforms }: WorkerInfo): RecordedWorker {
  return { description, address, version, platforms };
}
