import { compileGlob, hasWildcard } from "../../../glob.ts";
import { cleanPath, joinPath, parentPath } from "../../../slash-path.ts";
import { pathOfText, pathText } from "./byte-path.ts";
import { kindOf } from "./file-mode.ts";
import { withoutNested } from "./nested-paths.ts";
import type { Tree } from "./tree.ts";

/**
 * The include patterns that some paths of a tree need, when their symbolic links shall lead somewhere: the paths
 * themselves, each link on the way, and what stands at the end, sorted by their bytes. Links are resolved as if the
 * root of the tree were the root of the file system; a path that does not exist stays as it is. Wildcards of
 * `filepath.Match` work in every part of a path, except behind a part that has one.
 * @returns undefined when the root itself is among them: then nothing is to be left out.
 */
export function followLinks(tree: Tree, paths: readonly string[]): readonly string[] | undefined {
  const needed = new Set<string>();
  const seen = new Set<string>();
  const open = paths.map((path): Route => ({ path: relativePath(path), links: 0 }));
  for (let route = open.pop(); route !== undefined; route = open.pop()) {
    // The same link with another rest leads elsewhere, so it is the whole route that is not gone twice.
    if (seen.has(route.path)) continue;
    seen.add(route.path);
    const { reached, targets } = walkToLink(tree, route.path);
    needed.add(reached);
    if (route.links < maxLinks) {
      for (const path of targets) open.push({ path, links: route.links + 1 });
    }
  }
  const sorted = [...needed].map(pathOfText).sort().map(pathText);
  return withoutNested(sorted);
}

/** A path still to be resolved, and how many links led to it. */
interface Route {
  readonly path: string;
  readonly links: number;
}

// As many as BuildKit follows within an image; a link that leads into itself grows its path for ever.
const maxLinks = 255;

/** Goes down a path up to its first link, or to its end. The targets are the link's own, with the rest of the path. */
function walkToLink(tree: Tree, path: string): { readonly reached: string; readonly targets: readonly string[] } {
  if (path === "." || path === ".." || path.startsWith("../")) return { reached: path, targets: [] };
  const parts = path.split("/");
  let reached = "";
  for (const [index, part] of parts.entries()) {
    const folder = reached;
    reached = joinPath(folder, part);
    const links = hasWildcard(part) ? matchingLinks(tree, folder, part) : [linkAt(tree, reached)];
    const rest = parts.slice(index + 1).join("/");
    const targets = links.flatMap((link) => (link === undefined ? [] : [relativePath(joinPath("/", link, rest))]));
    if (targets.length > 0) return { reached, targets };
  }
  return { reached, targets: [] };
}

function matchingLinks(tree: Tree, folder: string, pattern: string): readonly (string | undefined)[] {
  const matches = compileGlob(pattern);
  const path = pathOfText(folder);
  if (matches === undefined || !isFolder(tree, path)) return [];
  return tree
    .entries(path)
    .map((entry) => pathText(entry.name))
    .filter(matches)
    .map((name) => linkAt(tree, joinPath(folder, name)));
}

/** Where the link at a path leads, from the root of the tree; undefined if there is no link. */
function linkAt(tree: Tree, path: string): string | undefined {
  const stat = tree.stat(pathOfText(path));
  if (stat === undefined || kindOf(stat.mode) !== "symlink") return undefined;
  const target = withoutDrive(pathText(stat.target));
  return target.startsWith("/") ? cleanPath(target) : joinPath("/", parentPath(path), target);
}

function isFolder(tree: Tree, path: string): boolean {
  if (path === "") return true;
  const stat = tree.stat(path);
  return stat !== undefined && kindOf(stat.mode) === "directory";
}

function relativePath(path: string): string {
  const clean = cleanPath(withoutDrive(path));
  return clean === "/" ? "." : clean.replace(/^\//, "");
}

/** Links to absolute paths of a Windows machine name a drive; within the tree there is only one. */
function withoutDrive(path: string): string {
  return process.platform === "win32" ? path.replace(/^[A-Za-z]:/, "") : path;
}
