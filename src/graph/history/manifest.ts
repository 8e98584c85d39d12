import { ContentTree, type TreeFile } from "../cache-map/content-tree.ts";
import type { FileKind } from "../cache-map/file-digest.ts";

/** What a build read of a local folder: hashes, never contents. In the order of a walk. */
export interface Manifest {
  readonly files: readonly ManifestFile[];
}

/** What the history knows of a file that a build read: hashes, never the content. */
export interface ManifestFile {
  /** Relative to the folder, by slashes, each UTF-16 unit one byte. */
  readonly path: string;
  readonly kind: FileKind;
  /** The twelve bits that chmod(2) sets. */
  readonly permissions: number;
  /** Bytes. */
  readonly size: number;
  /** What a symbolic link points at, each UTF-16 unit one byte; else empty. */
  readonly target: string;
  /** As BuildKit knows it: of kind, permissions, size, target and content. */
  readonly digest: string;
  /** Of the content alone, for telling apart what changed; empty where there is none. */
  readonly content: string;
  /** By which a later build sees that the file need not be read again: inode and time of its last change. */
  readonly stamp: string;
}

/** The files as the cache of a worker sees them. */
export function treeOf({ files }: Manifest): ContentTree {
  return new ContentTree(files.map(treeFile));
}

function treeFile(file: ManifestFile): TreeFile {
  const { path, kind, digest, target } = file;
  return { path, kind: kind === "directory" || kind === "symlink" ? kind : "file", digest, target };
}
