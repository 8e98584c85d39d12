import { posix } from "node:path";

/**
 * The shortest equal path, by text alone, as Go's `path.Clean` gives it: no `.`, no double or trailing slash, `..`
 * resolved where something stands before it; the empty path is `.`. Backslashes are ordinary characters.
 */
export function cleanPath(path: string): string {
  // Most paths are clean, and many long ones may stand for one text.
  if (isClean(path)) return path;
  const normal = posix.normalize(path);
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

/** Certainly clean: nothing empty, and nothing with a dot in front, before, between or behind its slashes. */
function isClean(path: string): boolean {
  for (let at = path.charCodeAt(0) === slash ? 1 : 0; ; ) {
    const first = path.charCodeAt(at);
    if (first === slash || first === dot || Number.isNaN(first)) return false;
    const next = path.indexOf("/", at);
    if (next < 0) return true;
    at = next + 1;
  }
}

const slash = 47;
const dot = 46;

/** All but the last element, cleaned: `.` where there is no slash (Go's `path.Dir`). */
export function parentPath(path: string): string {
  return cleanPath(path.slice(0, path.lastIndexOf("/") + 1));
}

/** The last element without trailing slashes: `.` of the empty path, `/` of slashes alone (Go's `path.Base`). */
export function baseName(path: string): string {
  if (path === "") return ".";
  let end = path.length;
  while (end > 0 && path.charCodeAt(end - 1) === 47) end--;
  if (end === 0) return "/";
  return path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

/** The elements that are not empty, joined by slashes and cleaned; the empty path if there are none (Go's `path.Join`). */
export function joinPath(...parts: readonly string[]): string {
  let joined = "";
  for (const part of parts) if (part !== "") joined = joined === "" ? part : `${joined}/${part}`;
  return joined === "" ? "" : cleanPath(joined);
}
