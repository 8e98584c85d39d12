import { createHash } from "node:crypto";
import { digestOf } from "../../digest.ts";
import { PatternError } from "../../pattern-error.ts";
import { baseName, joinPath } from "../../slash-path.ts";
import { type ContentSelector, isFiltered } from "./content-selector.ts";
import { type ContentTree, keyOf, type TreeRecord } from "./content-tree.ts";
import { selectRecords } from "./select-records.ts";

/** In which {@link contentDigest} follows one or the other age of BuildKit. */
export interface ContentDigestOptions {
  /**
   * What counts of the places of files that wildcards or patterns select: their paths, or, to workers of before 2026,
   * their last names alone, so that a file that only moved counts as the same.
   */
  readonly places?: "paths" | "names";
}

/**
 * The digest by which BuildKit knows what an op reads of an input; no selector stands for all of it. Undefined where a
 * path leads nowhere or a pattern is broken: such an op fails.
 */
export function contentDigest(
  tree: ContentTree,
  selectors: readonly ContentSelector[],
  { places = "paths" }: ContentDigestOptions = {},
): string | undefined {
  const asked = selectors.length === 0 ? [wholeTree] : selectors;
  const digests = asked.map((selector) => selectedDigest(tree, selector, places));
  return digests.includes(undefined) ? undefined : digestOf(digests.join("\0"));
}

/**
 * The records that decide what a selector reads: the symbolic links to it, then, in order, those that make it up; of a
 * folder that is read as a whole all that is in it.
 */
export function selectedRecords(tree: ContentTree, selector: ContentSelector): readonly TreeRecord[] {
  if (isFiltered(selector)) return selectRecords(tree, selector).taken.map(({ record }) => record);
  const { key, record, links } = tree.follow(keyOf(joinPath("/", bytesOf(selector.path))), selector.followLinks);
  if (record?.kind !== "directory") return record === undefined ? links : [...links, record];
  return [...links, ...tree.records.filter((each) => each.key.startsWith(`${key}\0`))];
}

const wholeTree: ContentSelector = {
  path: "",
  wildcard: false,
  followLinks: false,
  includePatterns: [],
  excludePatterns: [],
};

type Places = NonNullable<ContentDigestOptions["places"]>;

function selectedDigest(tree: ContentTree, selector: ContentSelector, places: Places): string | undefined {
  if (isFiltered(selector)) return filteredDigest(tree, selector, places);
  const { record } = tree.follow(keyOf(joinPath("/", bytesOf(selector.path))), selector.followLinks);
  return record === undefined ? undefined : tree.digestOfRecord(record);
}

function filteredDigest(tree: ContentTree, selector: ContentSelector, places: Places): string | undefined {
  try {
    const { prefix, taken } = selectRecords(tree, selector);
    const digests = taken.map(({ record, followed }) => {
      if (!followed || record.kind !== "symlink") return tree.digestOfRecord(record);
      const target = tree.follow(record.key, true).record;
      return target === undefined ? undefined : tree.digestOfRecord(target);
    });
    if (digests.includes(undefined)) return undefined;
    const [only] = taken;
    if (only !== undefined && taken.length === 1 && baseName(only.path) === baseName(bytesOf(selector.path) || "/")) {
      return digests[0];
    }
    const hash = createHash("sha256");
    for (const [index, { path }] of taken.entries()) {
      if (places === "names" && index > 0) hash.update("\0");
      hash.update(placeOf(path, prefix, places), "latin1").update(digests[index] ?? "");
    }
    return `sha256:${hash.digest("hex")}`;
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}

function placeOf(path: string, prefix: string, places: Places): string {
  if (places === "names") return baseName(path === "" ? "/" : path);
  const relative = path.startsWith(prefix) ? path.slice(prefix.length) : path;
  return relative === "" ? "\0" : keyOf(relative);
}

/** Paths in a tree are bytes. */
function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
