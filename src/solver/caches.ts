import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { errnoOf, errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import { hasDigest } from "../registry/digest-check.ts";
import { blobPath, type ContentFolder } from "./buildkit/content/content-folder.ts";
import { storeName } from "./buildkit/content/content-store.ts";
import { completeCache, isCacheActive } from "./cache-credentials.ts";
import { recordOf } from "./json-fields.ts";
import { addToIndex, findEntry, readIndex } from "./oci-index.ts";
import type { CacheEntry, SolveOptions } from "./solve-options.ts";

/** What a build reads and writes of caches outside the worker. */
export interface CachePlan {
  readonly imports: readonly CacheEntry[];
  readonly exports: readonly CacheEntry[];
  /** Folders on this machine that caches are read from and written to, by the worker's names for them. */
  readonly stores: ReadonlyMap<string, ContentFolder>;
  /** Folders that get a cache: where it is to be found again under a tag. */
  readonly written: readonly WrittenCache[];
  /** Why a cache was left out: for the user to know. */
  readonly notes: readonly string[];
}

interface WrittenCache {
  readonly folder: string;
  readonly tag: string;
  /** The build does not fail by it. */
  readonly mayFail: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Prepares the caches of a build as buildx does. A local cache that is not there yet is left out with a note: the first
 * build of all has none. Caches of GitHub's are left out where no token is at hand. A folder of a local cache is made.
 *
 * Rejects with a Failure: `usage` for an entry that lacks what its type needs, `export-failed` for a folder that cannot
 * be made.
 */
export async function planCaches(
  { cacheFrom = [], cacheTo = [], buildArgs = {} }: Pick<SolveOptions, "cacheFrom" | "cacheTo" | "buildArgs">,
  env: Env,
): Promise<CachePlan> {
  const stores = new Map<string, ContentFolder>();
  const notes: string[] = [];
  const exports: CacheEntry[] = [];
  const written: WrittenCache[] = [];
  for (const entry of [...cacheTo, ...inlineOf(buildArgs)].map((each) => completeCache(each, env))) {
    if (!isCacheActive(entry)) continue;
    const planned = entry.type === "local" ? await planLocalExport(entry, stores, written) : checked(entry);
    if (typeof planned === "string") notes.push(planned);
    else exports.push(planned);
  }
  const imports: CacheEntry[] = [];
  for (const entry of cacheFrom.map((each) => completeCache(each, env))) {
    if (!isCacheActive(entry)) continue;
    if (entry.type !== "local") {
      imports.push(checked(entry));
      continue;
    }
    const planned = await planLocalImport(entry, stores);
    if (typeof planned === "string") notes.push(planned);
    else imports.push(planned);
  }
  return { imports, exports, stores, written, notes };
}

/**
 * Where the caches go into folders, names them there, now that they are whole. `note` hears of one that could not be and
 * that is not to matter.
 */
export async function finishCaches(
  { written }: CachePlan,
  exporterResponse: ReadonlyMap<string, string>,
  note: (message: string) => Promise<void> | void,
): Promise<void> {
  const manifest = exporterResponse.get("cache.manifest");
  if (manifest === undefined) return;
  const descriptor = recordOf(JSON.parse(manifest));
  for (const { folder, tag, mayFail } of written) {
    try {
      await addToIndex(folder, descriptor, [{ kind: "tag", tag }]);
    } catch (error) {
      const message = `cannot name the cache in ${folder}: ${whyUnread(error)}`;
      if (!mayFail) throw new Failure("export-failed", message, { cause: error });
      await note(`The cache was not written: ${message}.`);
    }
  }
}

/** The build argument that asks for a cache inside the image. */
function inlineOf(buildArgs: Readonly<Record<string, string>>): readonly CacheEntry[] {
  const asked = new Map(Object.entries(buildArgs)).get("BUILDKIT_INLINE_CACHE") ?? "";
  return /^(1|t|true)$/i.test(asked) ? [{ type: "inline" }] : [];
}

/** The entry as the worker gets it, or why there is none; what would fail in the end is told before anything is built. */
async function planLocalExport(
  { type, attrs = {} }: CacheEntry,
  stores: Map<string, ContentFolder>,
  written: WrittenCache[],
): Promise<CacheEntry | string> {
  const folder = required(type, attrs, "dest");
  const mayFail = /^(1|t|true)$/i.test(attrs["ignore-error"] ?? "");
  const problem = await problemOf(resolve(folder));
  if (problem !== undefined && mayFail) return `No cache is written to ${folder}: ${problem.message}.`;
  if (problem !== undefined) throw problem;
  const id = storeId(folder);
  stores.set(storeName.cache(id), { path: resolve(folder), writable: true });
  written.push({ folder: resolve(folder), tag: attrs.tag ?? "latest", mayFail });
  return { type, attrs: { ...attrs, dest: id } };
}

/** Why a folder, which is made if there is none, can take no cache. */
async function problemOf(folder: string): Promise<Failure | undefined> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    return new Failure("export-failed", `cannot make the folder of the cache, ${folder}: ${errnoText(error)}`, {
      remedy: "Give a folder that can be written as dest.",
      cause: error,
    });
  }
  try {
    await readIndex(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    return new Failure("export-failed", `cannot add a cache to the folder ${folder}: ${whyUnread(error)}`, {
      remedy: "Remove the folder, or give another one as dest.",
      cause: error,
    });
  }
  return undefined;
}

function whyUnread(error: unknown): string {
  return error instanceof SyntaxError || error instanceof TypeError ? "its index is damaged" : errnoText(error);
}

/** The entry as the worker gets it, or why there is none. */
async function planLocalImport(
  { type, attrs = {} }: CacheEntry,
  stores: Map<string, ContentFolder>,
): Promise<CacheEntry | string> {
  const folder = required(type, attrs, "src");
  const found = await findLocalCache(resolve(folder), attrs.digest, attrs.tag ?? "latest");
  if (found.digest === undefined) return `The local cache ${folder} is left out: ${found.why}.`;
  const id = storeId(folder);
  const name = storeName.cache(id);
  stores.set(name, { path: resolve(folder), writable: stores.get(name)?.writable === true });
  return { type, attrs: { ...attrs, src: id, digest: found.digest } };
}

type Found = { readonly digest: string } | { readonly digest: undefined; readonly why: string };

async function findLocalCache(folder: string, given: string | undefined, tag: string): Promise<Found> {
  try {
    const digest = given ?? findEntry(await readIndex(folder), tag)?.digest;
    if (digest === undefined) return { digest, why: `it has nothing tagged ${tag}` };
    // A worker takes what it is given for the manifest.
    const content = await readFile(blobPath({ path: folder, writable: false }, digest)).catch(absent);
    if (content === undefined) return { digest: undefined, why: `it lacks ${digest}` };
    return hasDigest(content, digest) ? { digest } : { digest: undefined, why: `its manifest ${digest} is damaged` };
  } catch (error) {
    return { digest: undefined, why: whyUnread(error) };
  }
}

function absent(error: unknown): undefined {
  if (errnoOf(error) !== "ENOENT") throw error;
}

function checked(entry: CacheEntry): CacheEntry {
  if (entry.type === "registry") required(entry.type, entry.attrs ?? {}, "ref");
  return entry;
}

function required(type: string, attrs: Readonly<Record<string, string>>, name: string): string {
  const value = new Map(Object.entries(attrs)).get(name) ?? "";
  if (value !== "") return value;
  throw new Failure("usage", `a cache of type ${type} needs ${name}`, { remedy: `Say type=${type},${name}=….` });
}

/** What the worker calls a folder: it need not learn the path. */
function storeId(folder: string): string {
  return createHash("sha256").update(resolve(folder)).digest("hex").slice(0, 32);
}
