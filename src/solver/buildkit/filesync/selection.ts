import { compilePatterns, type Pattern, type PatternMatcher } from "../../../pattern-matcher.ts";
import { followLinks } from "./follow-links.ts";
import { withoutNested } from "./nested-paths.ts";
import type { Tree } from "./tree.ts";

/** Which part of a tree the worker asks for. */
export interface SelectionRequest {
  /** Only what matches; empty means everything. */
  readonly includePatterns: readonly string[];
  /** And of that, not what matches here. */
  readonly excludePatterns: readonly string[];
  /** Paths, with wildcards, that join the include patterns together with all that their symbolic links lead to. */
  readonly followPaths: readonly string[];
}

/** A request made ready for a walk. */
export interface Selection {
  readonly include: PatternMatcher | undefined;
  readonly exclude: PatternMatcher | undefined;
  /** Whether anything inside an entry that the include patterns do not match may still match them. */
  mayIncludeWithin(folder: string): boolean;
  /** Whether anything inside an entry that the exclude patterns match may still be taken back by a `!` pattern. */
  mayReadmitWithin(folder: string): boolean;
}

/**
 * Reads a request against the tree it is about: `followPaths` are resolved in it.
 * @throws PatternError
 */
export function selectFrom(tree: Tree, request: SelectionRequest): Selection {
  const included = [...request.includePatterns];
  const followed = request.followPaths.length === 0 ? undefined : followLinks(tree, request.followPaths);
  const patterns = followed === undefined ? included : withoutNested([...included, ...followed]);
  const include = patterns === undefined || patterns.length === 0 ? undefined : compilePatterns(patterns);
  const exclude = request.excludePatterns.length === 0 ? undefined : compilePatterns(request.excludePatterns);
  const includePrefixes = prefixesOf(include?.patterns.filter((pattern) => !pattern.exclusion) ?? []);
  const readmitPrefixes = prefixesOf(exclude?.patterns.filter((pattern) => pattern.exclusion) ?? []);
  return {
    include,
    exclude,
    mayIncludeWithin: (folder) => leadsInto(includePrefixes, folder),
    mayReadmitWithin: (folder) => leadsInto(readmitPrefixes, folder),
  };
}

/**
 * The folders that patterns without wildcards (but for a last `*` or `**`) begin with; undefined if some have others.
 * BuildKit takes `/*` off what `/**` was taken off already, so a pattern of both begins with less than it says; what is left out by that, is left out here.
 */
function prefixesOf(patterns: readonly Pattern[]): readonly string[] | undefined {
  const prefixes: string[] = [];
  for (const { text } of patterns) {
    const prefix = text.replace(/\/\*\*$/, "").replace(/\/\*$/, "");
    if (/[*[\]?^\\]/.test(prefix)) return undefined;
    prefixes.push(`${prefix}/`);
  }
  return prefixes;
}

function leadsInto(prefixes: readonly string[] | undefined, folder: string): boolean {
  if (prefixes === undefined) return true;
  const within = `${folder}/`;
  return prefixes.some((prefix) => prefix.startsWith(within));
}
