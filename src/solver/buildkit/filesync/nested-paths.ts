/**
 * Drops a path right after the folder that holds it. A root among them means no filter at all, which is undefined.
 * BuildKit does this to the list as it stands, unsorted where include patterns and followed paths meet.
 */
export function withoutNested(paths: readonly string[]): readonly string[] | undefined {
  const kept: string[] = [];
  let last = "";
  for (const path of paths) {
    if (path === ".") return undefined;
    if (path.startsWith(`${last}/`)) continue;
    kept.push(path);
    last = path;
  }
  return kept;
}
