import type { BytePath } from "./byte-path.ts";

/**
 * A tree of files that is offered to the worker. It is looked at synchronously: a walk makes one short system call per
 * entry, and four trips through the thread pool would cost it ten times as much. What takes long (the contents of
 * large files) is asynchronous.
 *
 * Laws, for every backing: `entries` are in order of their bytes; paths handed in came from `entries`; nothing follows
 * a symbolic link; system errors are thrown as they are.
 */
export interface Tree {
  /** What a folder holds; the root is the empty path. */
  entries(folder: BytePath): readonly TreeEntry[];
  /** What stands at a path; undefined when nothing does (any more). */
  stat(path: BytePath): TreeStat | undefined;
  /** @returns the contents of a regular file, unless it is no longer the one that `stat` saw. */
  open(path: BytePath, stat: TreeStat): TreeFile | ContentsChanged;
  /** Reads a small file whole into the buffer, from `offset` on, unless it is not what `stat` saw when it was read. */
  readWhole(path: BytePath, stat: TreeStat, buffer: Buffer, offset: number): ContentsChanged | undefined;
}

export interface TreeEntry {
  readonly name: BytePath;
  readonly isFolder: boolean;
}

export interface TreeStat {
  /** In Go's bits, see `file-mode.ts`. */
  readonly mode: number;
  /** Bytes, as stat(2) has them; 0 for folders. */
  readonly size: number;
  /** Nanoseconds since the epoch. */
  readonly mtime: bigint;
  /** What a symbolic link points at; else empty. */
  readonly target: BytePath;
  readonly devMajor: number;
  readonly devMinor: number;
  /** Together the same for every name of a file, and for no other file. */
  readonly device: bigint;
  readonly inode: bigint;
  readonly hasOtherNames: boolean;
  /** A regular file to the worker, but nothing that can be read: a socket. */
  readonly isSocket: boolean;
}

/** A file was replaced, cut, extended or written to since it was listed. */
export const contentsChanged = Symbol("contents changed");
export type ContentsChanged = typeof contentsChanged;

/** A regular file held open. `close` must be called, once. */
export interface TreeFile {
  /** Fills `length` bytes of the buffer from `offset` on with what comes next in the file. */
  read(buffer: Buffer, offset: number, length: number): Promise<ContentsChanged | undefined>;
  /** Whether the file is, after it was read, still the one that was listed. */
  isUnchanged(): boolean;
  close(): void;
}
