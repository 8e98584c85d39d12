import { createHash } from "node:crypto";
import { putStat, statRoom } from "./packet.ts";
import { type SelectionRequest, selectFrom } from "./selection.ts";
import type { Tree } from "./tree.ts";
import { type WalkedEntry, walkTree } from "./walk.ts";

/** What a worker was offered of a local source, or would be. */
export interface Listing {
  /** The name of the source: `context`, `dockerfile`, or that of a named context. */
  readonly name: string;
  readonly request: SelectionRequest;
  /**
   * Of the request and of all that is told of each entry, its inode too: equal for equal lists, in which a worker takes
   * every file for the one that it has.
   */
  readonly digest: string;
  /** In the order of the walk; undefined where they are more than is kept. */
  readonly entries: readonly WalkedEntry[] | undefined;
}

/** So many entries are kept of one listing. */
const most = 50_000;
const chunkSize = 64 * 1024;

/** Makes a listing as its entries go by. */
export class Lister {
  readonly #source: Pick<Listing, "name" | "request">;
  readonly #hash = createHash("sha256");
  readonly #chunk = Buffer.allocUnsafe(chunkSize);
  #end = 0;
  #entries: WalkedEntry[] | undefined = [];

  constructor(name: string, request: SelectionRequest) {
    const { includePatterns, excludePatterns, followPaths } = request;
    this.#source = { name, request };
    this.#hash.update(JSON.stringify([name, includePatterns, excludePatterns, followPaths]));
  }

  add(entry: WalkedEntry): void {
    const { path, stat, link } = entry;
    const named = { path, linkname: link ?? stat.target };
    this.#keep(entry, statRoom(named), (bytes, at) => putStat(bytes, at, named, stat));
  }

  /** The same of an entry as `putStat` has written it for the worker, from `start` to `end`. */
  addWritten(entry: WalkedEntry, bytes: Buffer, start: number, end: number): void {
    this.#keep(entry, end - start, (chunk, at) => at + bytes.copy(chunk, at, start, end));
  }

  #keep(entry: WalkedEntry, size: number, put: (bytes: Buffer, at: number) => number): void {
    if (this.#entries !== undefined && this.#entries.push(entry) > most) this.#entries = undefined;
    const room = size + inodeSize;
    if (this.#end + room > chunkSize) this.#flush();
    const chunk = room > chunkSize ? Buffer.alloc(room) : this.#chunk;
    this.#end = chunk.writeBigUInt64LE(entry.stat.inode, put(chunk, this.#end));
    if (chunk !== this.#chunk) this.#flush(chunk);
  }

  end(): Listing {
    this.#flush();
    return { ...this.#source, digest: this.#hash.digest("hex"), entries: this.#entries };
  }

  #flush(chunk = this.#chunk): void {
    this.#hash.update(chunk.subarray(0, this.#end));
    this.#end = 0;
  }
}

const inodeSize = 8;

/** What a worker that asks for this would be offered now. Throws as `walkTree` and `selectFrom` do. */
export function listTree(tree: Tree, name: string, request: SelectionRequest): Listing {
  const lister = new Lister(name, request);
  for (const entry of walkTree(tree, selectFrom(tree, request))) lister.add(entry);
  return lister.end();
}
