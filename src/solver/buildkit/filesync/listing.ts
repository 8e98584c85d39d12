import { createHash } from "node:crypto";
import { OfferedList } from "./offered-list.ts";
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
  /** In the order of the walk; undefined where they are more than is looked at. */
  readonly entries: Iterable<WalkedEntry> | undefined;
}

/** So many entries are looked at of one listing. */
const most = 50_000;

/** The listing of what was offered in answer to a request. */
export function listingOf(name: string, request: SelectionRequest, offered: OfferedList): Listing {
  const { includePatterns, excludePatterns, followPaths } = request;
  const hash = createHash("sha256");
  hash.update(JSON.stringify([name, includePatterns, excludePatterns, followPaths]));
  for (const bytes of offered.identity()) hash.update(bytes);
  return { name, request, digest: hash.digest("hex"), entries: offered.length > most ? undefined : offered };
}

/** What a worker that asks for this would be offered now. Throws as `walkTree` and `selectFrom` do. */
export function listTree(tree: Tree, name: string, request: SelectionRequest): Listing {
  const offered = new OfferedList();
  for (const entry of walkTree(tree, selectFrom(tree, request))) offered.add(entry);
  return listingOf(name, request, offered);
}
