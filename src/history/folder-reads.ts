import type { Compilation } from "../graph/compilation.ts";
import type { RecordedVertex } from "../graph/history/build-record.ts";
import type { Manifest } from "../graph/history/manifest.ts";
import { type ContentOf, contentIn } from "../graph/history/record-of.ts";
import { findInputs } from "../solver/build-inputs.ts";
import type { LocalSource } from "../solver/buildkit/attachable.ts";
import type { Listing } from "../solver/buildkit/filesync/listing.ts";
import {
  isListingOf,
  type LocalVertex,
  listSource,
  localVertices,
  manifestOf,
  sourceName,
} from "../solver/context-manifest.ts";
import type { ContextInput, SolveOptions } from "../solver/solve-options.ts";
import { type FoundRecord, type History, type ManifestSource, readManifests } from "./history-store.ts";
import { lastRecord, manifestsByIdentifier } from "./last-record.ts";

/** The build whose reads are followed. */
export interface ReadingBuild {
  readonly input: ContextInput;
  /** As it was named: by it the builds of one context are found. */
  readonly context: string;
  readonly options: SolveOptions;
  readonly signal: AbortSignal;
  readonly history: History;
}

/** What was read, as far as that is known in the end. */
export interface ReadFolders {
  /** By the digests of vertices; equal names stand for equal manifests. */
  readonly names: ReadonlyMap<string, string>;
  readonly source: ManifestSource;
  /** Finds out what vertices read of folders, by way of what is asked of it. */
  readonly withContent: <Result>(use: (contentOf: ContentOf) => Result) => Promise<Result>;
}

/**
 * What a build reads of local folders. The worker is offered a list of files: where the last build of the context had
 * the same list, all is known from there, and else what is new on it is read, while the worker goes on.
 */
export class FolderReads {
  readonly #build: ReadingBuild;
  readonly #read = new Map<string, Promise<Manifest | undefined>>();
  readonly #listings: Listing[] = [];
  #locals: readonly LocalVertex[] = [];
  #last: Promise<FoundRecord | undefined> = Promise.resolve(undefined);
  #sources: Promise<ReadonlyMap<string, LocalSource>> = Promise.resolve(new Map());
  #lastManifests: Promise<ReadonlyMap<string, Manifest>> | undefined;

  constructor(build: ReadingBuild) {
    this.#build = build;
  }

  onCompiled(compilation: Compilation): void {
    const { input, options, history, context } = this.#build;
    this.#locals = localVertices(compilation);
    if (this.#locals.length === 0) return;
    this.#last = lastRecord(history, context).catch(() => undefined);
    this.#sources = findInputs(input, options).then(
      ({ sources }) => sources,
      () => new Map(),
    );
  }

  onListed(listing: Listing): void {
    this.#listings.push(listing);
    const local = this.#locals.find(({ op }) => isListingOf(listing, op));
    if (local !== undefined) void this.#readNew(local, listing).catch(() => {});
  }

  /** What the worker has not asked for, as when the build failed before, is looked at now. */
  async end(): Promise<ReadFolders> {
    const [last, sources] = await Promise.all([this.#last, this.#sources]);
    const listed = this.#locals.flatMap((local) => {
      const source = sources.get(sourceName(local.op));
      const found = this.#listings.findLast((each) => isListingOf(each, local.op));
      const listing = found ?? (source && listSource(source, local.op));
      return listing === undefined ? [] : [{ local, listing }];
    });
    const known = namesOf(last);
    if (last !== undefined && listed.every(({ listing }) => known.has(listing.digest))) {
      return this.#sameAs(last, new Map(listed.map(({ local, listing }) => [local.digest, listing.digest])));
    }
    const manifests = new Map<string, Manifest>();
    const names = new Map<string, string>();
    for (const { local, listing } of listed) {
      const manifest = await this.#manifest(local, listing);
      if (manifest === undefined) continue;
      names.set(local.digest, listing.digest);
      manifests.set(listing.digest, manifest);
    }
    const withContent: ReadFolders["withContent"] = async (use) => use(contentIn(byVertex(names, manifests)));
    return { names, source: { read: async () => manifests }, withContent };
  }

  #sameAs(last: FoundRecord, names: ReadonlyMap<string, string>): ReadFolders {
    const read = () => this.#manifestsOf(last);
    return {
      names,
      source: { sharedWith: last.manifestFile, read },
      async withContent(use) {
        const recorded = recordedContents(last);
        let isMissing = false;
        const result = use((vertex, reads) => {
          const content = recorded.get(contentKey(names.get(vertex) ?? "", reads));
          isMissing ||= content === undefined && names.has(vertex);
          return content;
        });
        return isMissing ? use(contentIn(byVertex(names, await read()))) : result;
      },
    };
  }

  async #readNew(local: LocalVertex, listing: Listing): Promise<void> {
    if (!namesOf(await this.#last).has(listing.digest)) await this.#manifest(local, listing);
  }

  /** Once for each listing. */
  #manifest(local: LocalVertex, listing: Listing): Promise<Manifest | undefined> {
    const begun = this.#read.get(listing.digest) ?? this.#readManifest(local, listing);
    this.#read.set(listing.digest, begun);
    return begun;
  }

  async #readManifest({ op }: LocalVertex, listing: Listing): Promise<Manifest | undefined> {
    const { signal } = this.#build;
    const last = await this.#last;
    const source = (await this.#sources).get(sourceName(op));
    const manifests = last && (await this.#manifestsOf(last));
    const same = manifests?.get(listing.digest);
    if (same !== undefined || source === undefined) return same;
    const known = manifests && manifestsByIdentifier(last, manifests).get(op.identifier);
    return manifestOf(source, listing, { signal, known });
  }

  #manifestsOf(last: FoundRecord): Promise<ReadonlyMap<string, Manifest>> {
    this.#lastManifests ??= readManifests(this.#build.history, last);
    return this.#lastManifests;
  }
}

/** What the vertices of a compilation would read of local folders now, by their digests. */
export async function folderManifests(
  compilation: Compilation,
  { input, options, signal, history, context }: ReadingBuild,
): Promise<ReadonlyMap<string, Manifest>> {
  const manifests = new Map<string, Manifest>();
  const locals = localVertices(compilation);
  if (locals.length === 0) return manifests;
  const { sources } = await findInputs(input, options);
  const last = await lastRecord(history, context);
  const before = last && manifestsByIdentifier(last, await readManifests(history, last));
  for (const { op, digest } of locals) {
    const source = sources.get(sourceName(op));
    const listing = source && listSource(source, op);
    const manifest = listing && (await manifestOf(source, listing, { signal, known: before?.get(op.identifier) }));
    if (manifest !== undefined) manifests.set(digest, manifest);
  }
  return manifests;
}

function namesOf(last: FoundRecord | undefined): ReadonlySet<string> {
  return new Set(last?.manifestNames.values());
}

function byVertex(
  names: ReadonlyMap<string, string>,
  manifests: ReadonlyMap<string, Manifest>,
): ReadonlyMap<string, Manifest> {
  return new Map(
    [...names].flatMap(([vertex, name]) => {
      const manifest = manifests.get(name);
      return manifest === undefined ? [] : [[vertex, manifest] as const];
    }),
  );
}

type Reads = Parameters<ContentOf>[1];

/** What is recorded of what steps read of folders. Paths that were cleared of something secret are found by nothing. */
function recordedContents({ steps: { vertices }, manifestNames }: FoundRecord): ReadonlyMap<string, string> {
  const contents = new Map<string, string>();
  const add = ({ inputs, deps }: RecordedVertex) => {
    for (const [index, { reads, content }] of deps.entries()) {
      const name = manifestNames.get(inputs[index]?.digest ?? "");
      if (name !== undefined && reads !== undefined && content !== undefined) {
        contents.set(contentKey(name, reads), content);
      }
    }
  };
  for (const vertex of vertices) add(vertex);
  return contents;
}

function contentKey(name: string, reads: Reads): string {
  const parts = reads.map(({ path, wildcard, followLinks, includePatterns, excludePatterns }) => [
    path,
    wildcard,
    followLinks,
    includePatterns,
    excludePatterns,
  ]);
  return JSON.stringify([name, parts]);
}
