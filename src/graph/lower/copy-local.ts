import type { CopyAction, Edge } from "../../llb/vertex.ts";
import type { AddInstruction, CopyInstruction } from "../../parser/instruction.ts";
import { joinPath } from "../../slash-path.ts";
import { normalizePath } from "../paths.ts";
import type { CommonCopy } from "./copy-common.ts";

/** One path of a context or stage, possibly with wildcards. A folder gives what is in it. */
export function copyLocal(
  common: CommonCopy,
  instruction: CopyInstruction | AddInstruction,
  path: string,
  source: Edge | undefined,
  os: string,
): CopyAction {
  const parents = instruction.kind === "copy" && instruction.parents ? withParents(path, os) : undefined;
  return {
    kind: "copy",
    source,
    dest: common.dest,
    owner: common.owner,
    mode: common.mode,
    excludePatterns: common.excludePatterns,
    createDestPath: true,
    src: normalizePath("/", parents === undefined ? path : parents.root, os, false),
    followSymlink: true,
    dirCopyContents: true,
    includePatterns: parents?.patterns,
    requiredPaths: parents?.required,
    attemptUnpack: instruction.kind === "add" && (instruction.unpack ?? true),
    allowWildcard: true,
    allowEmptyWildcard: true,
  };
}

/**
 * With `--parents` the path becomes a pattern below the pivot, which the first `/./` marks (the root without one), so
 * that its folders are kept. A path without wildcards must exist.
 */
function withParents(path: string, os: string) {
  const pivot = path.indexOf("/./");
  const root = pivot === -1 ? "/" : path.slice(0, pivot);
  const pattern = normalizePath("/", pivot === -1 ? path : path.slice(pivot + "/./".length), os, false);
  const exact = !hasWildcards(root) && !hasWildcards(pattern);
  return {
    root,
    patterns: [pattern.startsWith("/") ? pattern.slice(1) : pattern],
    required: exact ? [normalizePath("/", joinPath(root, pattern), os, false)] : [],
  };
}

function hasWildcards(path: string): boolean {
  for (let at = 0; at < path.length; at++) {
    const char = path[at];
    if (char === "*" || char === "?" || char === "[") return true;
    if (char === "\\") at++;
  }
  return false;
}
