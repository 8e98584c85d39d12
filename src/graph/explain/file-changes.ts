import { selectedRecords } from "../cache-map/content-digest.ts";
import type { ContentSelector } from "../cache-map/content-selector.ts";
import { pathOfKey } from "../cache-map/content-tree.ts";
import { type Manifest, type ManifestFile, treeOf } from "../history/manifest.ts";
import type { FileChange } from "./cause.ts";

/** How the files that are read of a folder differ, in the order of their paths. */
export function fileChanges(
  before: Manifest,
  after: Manifest,
  reads: { readonly before: readonly ContentSelector[]; readonly after: readonly ContentSelector[] },
): readonly FileChange[] {
  const old = readFiles(before, reads.before);
  const now = readFiles(after, reads.after);
  const paths = [...new Set([...old.keys(), ...now.keys()])].sort();
  return paths.flatMap((path) => {
    const change = changeOf(old.get(path), now.get(path));
    return change === undefined ? [] : [{ path: Buffer.from(path, "latin1").toString("utf8"), change }];
  });
}

/** By path. */
function readFiles(manifest: Manifest, reads: readonly ContentSelector[]): ReadonlyMap<string, ManifestFile> {
  if (reads.length === 0) return new Map(manifest.files.map((file) => [file.path, file]));
  const tree = treeOf(manifest);
  const chosen = new Set(
    reads.flatMap((selector) =>
      selectedRecords(tree, selector).map(({ key }) => pathOfKey(key).replace(/^\//, "").replace(/\/$/, "")),
    ),
  );
  return new Map(manifest.files.flatMap((file) => (chosen.has(file.path) ? [[file.path, file]] : [])));
}

function changeOf(old: ManifestFile | undefined, now: ManifestFile | undefined): FileChange["change"] | undefined {
  if (old === undefined) return now === undefined ? undefined : "added";
  if (now === undefined) return "removed";
  if (old.digest === now.digest) return undefined;
  if (old.kind !== now.kind) return "kind";
  if (old.target !== now.target) return "target";
  const isOtherContent = old.content !== now.content || old.size !== now.size;
  const isOtherMode = old.permissions !== now.permissions;
  return isOtherContent && isOtherMode ? "content and mode" : isOtherMode ? "mode" : "content";
}
