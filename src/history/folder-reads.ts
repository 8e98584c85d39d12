import { cacheMapOf } from "../graph/cache-map/cache-map-of.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { RecordedVertex } from "../graph/history/build-record.ts";
import { UnreadableRecord } from "../graph/history/json-reader.ts";
import type { Manifest } from "../graph/history/manifest.ts";
import { KnownFiles } from "../graph/history/manifest-json.ts";
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
import {
  type FoundRecord,
  findNewest,
  type History,
  type ManifestSource,
  manifestsTextOf,
  prepareManifests,
  readManifests,
} from "./history-store.ts";

/** The build whose reads are followed. */
export interface ReadingBuild {
  readonly input: ContextInput;
  /** As it was named: by it the builds of one context are found. */
  readonly context: string;
  readonly options: SolveOptions;
  readonly signal: AbortSignal;
  readonly history: History;
}

/** What was read, as far as that is known. */
export interface ReadFolders {
  /** By the digests of vertices; equal names stand for equal manifests. */
  readonly names: ReadonlyMap<string, string>;
  readonly manifests: ManifestSource;
  readonly contentOf: ContentOf;
}

/**
 * What a build reads of local folders. The worker is offered a list of files: where the last build of the context had
 * the same list, all is known from there. Else what is new on it is read, and written down, while the worker goes on.
 */
export class FolderReads {
  readonly #build: ReadingBuild;
  readonly #listings: Listing[] = [];
  #compilation: Compilation | undefined;
  #locals: readonly LocalVertex[] = [];
  #last: Promise<FoundRecord | undefined> = Promise.resolve(undefined);
  #sources: Promise<ReadonlyMap<string, LocalSource>> = Promise.resolve(new Map());
  #reading: Promise<ReadFolders> | undefined;

  constructor(build: ReadingBuild) {
    this.#build = build;
  }

  onCompiled(compilation: Compilation): void {
    const { input, options, history, context } = this.#build;
    this.#compilation = compilation;
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
    if (!this.#locals.some(({ op }) => isListingOf(listing, op))) return;
    if (!this.#locals.every(({ op }) => this.#listings.some((each) => isListingOf(each, op)))) return;
    this.#reading = this.#read();
    // It is awaited in the end.
    this.#reading.catch(() => {});
  }

  /** What the worker has not asked for, as when the build failed before, is looked at now. */
  end(): Promise<ReadFolders> {
    return this.#reading ?? this.#read();
  }

  async #read(): Promise<ReadFolders> {
    const [last, sources] = await Promise.all([this.#last, this.#sources]);
    const listed = this.#locals.flatMap((local) => {
      const source = sources.get(sourceName(local.op));
      const found = this.#listings.findLast((each) => isListingOf(each, local.op));
      const listing = found ?? (source && listSource(source, local.op));
      return source === undefined || listing === undefined ? [] : [{ local, source, listing }];
    });
    const names = new Map(listed.map(({ local, listing }) => [local.digest, listing.digest]));
    const known = new Set(last?.manifestNames.values());
    if (last !== undefined && [...names.values()].every((name) => known.has(name))) return this.#sameAs(last, names);
    const manifests = await this.#manifestsOf(listed, last);
    const found = new Map([...names].filter(([, name]) => manifests.has(name)));
    const contents = this.#contentsIn(found, manifests);
    const temporary = await prepareManifests(this.#build.history, manifests).catch(() => undefined);
    return {
      names: found,
      manifests: { temporary, read: async () => manifests },
      contentOf: contentsBy(found, contents),
    };
  }

  async #sameAs(last: FoundRecord, names: ReadonlyMap<string, string>): Promise<ReadFolders> {
    const read = () => readManifests(this.#build.history, last);
    const recorded = recordedContents(last);
    const isKnown = this.#reads(names).every(({ name, reads }) => recorded.has(contentKey(name, reads)));
    const contents = isKnown ? recorded : this.#contentsIn(names, await read());
    return { names, manifests: { sharedWith: last.manifestFile, read }, contentOf: contentsBy(names, contents) };
  }

  /** By the names of listings. */
  async #manifestsOf(
    listed: readonly { readonly local: LocalVertex; readonly source: LocalSource; readonly listing: Listing }[],
    last: FoundRecord | undefined,
  ): Promise<ReadonlyMap<string, Manifest>> {
    const { signal, history } = this.#build;
    const knownFiles = await filesOfLast(history, last);
    const manifests = new Map<string, Manifest>();
    for (const { local, source, listing } of listed) {
      if (manifests.has(listing.digest)) continue;
      const manifest = await manifestOf(source, listing, { signal, known: knownFiles(local.op.identifier) });
      if (manifest !== undefined) manifests.set(listing.digest, manifest);
    }
    return manifests;
  }

  #contentsIn(
    names: ReadonlyMap<string, string>,
    manifests: ReadonlyMap<string, Manifest>,
  ): ReadonlyMap<string, string | undefined> {
    const contentOf = contentIn(manifests);
    return new Map(this.#reads(names).map(({ name, reads }) => [contentKey(name, reads), contentOf(name, reads)]));
  }

  /** What steps read of the folders that have names. */
  #reads(names: ReadonlyMap<string, string>): readonly { readonly name: string; readonly reads: Reads }[] {
    const vertices = this.#compilation?.graph.vertices ?? [];
    return vertices.flatMap(({ op, inputs }) =>
      inputs.some(({ digest }) => names.has(digest))
        ? (cacheMapOf(op)?.deps ?? []).flatMap(({ content }, index) => {
            const name = names.get(inputs[index]?.digest ?? "");
            return name === undefined || content === undefined ? [] : [{ name, reads: content }];
          })
        : [],
    );
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
  const knownFiles = await filesOfLast(history, await lastRecord(history, context));
  for (const { op, digest } of locals) {
    const source = sources.get(sourceName(op));
    const listing = source && listSource(source, op);
    const manifest = listing && (await manifestOf(source, listing, { signal, known: knownFiles(op.identifier) }));
    if (manifest !== undefined) manifests.set(digest, manifest);
  }
  return manifests;
}

/** The last build of a context that was recorded as it ran. */
function lastRecord(history: History, context: string): Promise<FoundRecord | undefined> {
  return findNewest(history, (build) => build.context === context && build.origin === "solve");
}

/** The files that the last build read, by the identifiers of their sources, of which the next build has the same. */
async function filesOfLast(
  history: History,
  last: FoundRecord | undefined,
): Promise<(identifier: string) => KnownFiles | undefined> {
  const text = last && (await manifestsTextOf(history, last));
  const names = new Map(
    last?.steps.vertices.flatMap(({ digest, traits }) => {
      const name = last.manifestNames.get(digest);
      const identifier = traits.find((trait) => trait.name === "source")?.value;
      return name === undefined || identifier === undefined ? [] : [[identifier, name] as const];
    }),
  );
  return (identifier) => {
    const name = names.get(identifier);
    return text === undefined || name === undefined ? undefined : knownFiles(text, name);
  };
}

/** Nothing of a file that somebody has damaged. */
function knownFiles(text: string, name: string): KnownFiles | undefined {
  try {
    return new KnownFiles(text, name);
  } catch (error) {
    if (error instanceof UnreadableRecord) return undefined;
    throw error;
  }
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

function contentsBy(names: ReadonlyMap<string, string>, contents: ReadonlyMap<string, string | undefined>): ContentOf {
  return (vertex, reads) => contents.get(contentKey(names.get(vertex) ?? "", reads));
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
