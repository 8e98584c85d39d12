import { compileGlob, hasWildcard } from "../../glob.ts";
import { compilePatterns, type MatchInfo, type PatternMatcher } from "../../pattern-matcher.ts";
import { joinPath } from "../../slash-path.ts";
import type { ContentSelector } from "./content-selector.ts";
import { type ContentTree, keyOf, pathOfKey, type TreeRecord } from "./content-tree.ts";

/** What a selector with wildcards or patterns reads: files and headers of folders, in the order of the tree. */
export interface SelectedRecords {
  /** The path, as it was asked for, that all paths begin with. */
  readonly prefix: string;
  readonly taken: readonly {
    readonly record: TreeRecord;
    /** As it was asked for, which differs from the record's where symbolic links lead there. */
    readonly path: string;
    /** Whether a symbolic link counts as what it leads to. */
    readonly followed: boolean;
  }[];
}

/**
 * A folder is taken for itself where it matches, and else right before the first thing in it that does. What is in a
 * folder is looked at one by one, since some of it may be left out.
 * @throws PatternError
 */
export function selectRecords(tree: ContentTree, selector: ContentSelector): SelectedRecords {
  const asked = joinPath("/", selector.path);
  const path = asked === "/" ? "" : bytesOf(asked);
  const start = startOf(tree, path, selector);
  const walk: Walk = {
    path,
    selector,
    wantsNoFolder: selector.path.endsWith("/"),
    include: selector.includePatterns.length === 0 ? undefined : compilePatterns(selector.includePatterns),
    exclude: selector.excludePatterns.length === 0 ? undefined : compilePatterns(selector.excludePatterns),
    parents: [],
    taken: [],
    matched: undefined,
  };
  if (start.index === undefined) return { prefix: start.asked, taken: [] };
  for (let at = start.index; at < tree.records.length; at++) {
    const record = tree.records[at];
    if (record === undefined) break;
    const found = pathOfKey(record.key);
    const shown = found.startsWith(start.found) ? `${start.asked}${found.slice(start.found.length)}` : found;
    if (!visit(record, shown, walk)) break;
  }
  return { prefix: start.asked, taken: walk.taken };
}

interface Walk {
  readonly path: string;
  readonly selector: ContentSelector;
  readonly wantsNoFolder: boolean;
  readonly include: PatternMatcher | undefined;
  readonly exclude: PatternMatcher | undefined;
  readonly parents: Visited[];
  readonly taken: { record: TreeRecord; path: string; followed: boolean }[];
  /** The path that the wildcards matched last. */
  matched: string | undefined;
}

interface Visited {
  readonly record: TreeRecord;
  readonly path: string;
  readonly followed: boolean;
  include: MatchInfo | undefined;
  exclude: MatchInfo | undefined;
  isTaken: boolean;
}

/** Where to begin: at what stands at the path up to its first wildcard, links followed. */
function startOf(
  tree: ContentTree,
  path: string,
  { wildcard }: ContentSelector,
): { readonly asked: string; readonly found: string; readonly index: number | undefined } {
  const parts = path.split("/");
  const firstWild = wildcard ? parts.findIndex((part) => hasWildcard(part)) : -1;
  const asked = firstWild === -1 ? path : parts.slice(0, firstWild).join("/");
  if (asked === "") return { asked: "", found: "", index: 0 };
  const { key, record } = tree.follow(keyOf(asked), wildcard && firstWild !== -1);
  return { asked, found: pathOfKey(key), index: record === undefined ? undefined : tree.indexOf(key) };
}

/** Takes a record or leaves it out; false where nothing that follows can be in the path. */
function visit(record: TreeRecord, shown: string, walk: Walk): boolean {
  const { selector, parents } = walk;
  const isHeader = record.kind === "header";
  const path = isHeader ? shown.slice(0, -1) : shown;
  while (parents.length > 0 && !path.startsWith(`${parents.at(-1)?.path}/`)) parents.pop();
  if (isHeader && walk.wantsNoFolder && path === walk.path) return true;
  const parent = parents.at(-1);
  const followed = parent === undefined && selector.followLinks;
  const visited: Visited = { record, path, followed, include: undefined, exclude: undefined, isTaken: false };
  let base = walk.path;
  if (selector.wildcard) {
    if (walk.path !== "" && (walk.matched === undefined || !path.startsWith(`${walk.matched}/`))) {
      if (!matchPath(textOf(walk.path), textOf(path))) return true;
      walk.matched = path;
    }
    base = walk.matched ?? "";
  } else if (!`${path}/`.startsWith(`${walk.path}/`)) return false;
  const within = `${path}/`.slice(base.length + 1).replace(/\/$/, "");
  const isIncluded = judge(textOf(within), visited, parent, walk);
  if (!isIncluded && !isHeader) return true;
  // All that is in a folder comes one by one.
  if (isIncluded && record.kind !== "directory") {
    for (const each of [...parents, visited]) {
      if (!each.isTaken) walk.taken.push({ record: each.record, path: each.path, followed: each.followed });
      each.isTaken = true;
    }
  }
  if (isHeader) parents.push(visited);
  return true;
}

function judge(path: string, visited: Visited, parent: Visited | undefined, { include, exclude }: Walk): boolean {
  if (include !== undefined) {
    const { matched, info } = include.matchesUsingParent(path, parent?.include);
    visited.include = info;
    if (!matched) return false;
  }
  if (exclude !== undefined) {
    const { matched, info } = exclude.matchesUsingParent(path, parent?.exclude);
    visited.exclude = info;
    return !matched;
  }
  return true;
}

/** Go's `path.Match`: name by name. A broken pattern matches nothing. */
function matchPath(pattern: string, path: string): boolean {
  const patterns = pattern.split("/");
  const names = path.split("/");
  return patterns.length === names.length && patterns.every((each, index) => compileGlob(each)?.(names[index] ?? ""));
}

function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function textOf(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
