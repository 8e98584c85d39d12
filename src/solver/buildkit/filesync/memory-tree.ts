import { createHash } from "node:crypto";
import { type BytePath, childPath, pathOfText } from "./byte-path.ts";
import { plainFileMode, plainFolderMode } from "./file-mode.ts";
import type { Tree, TreeEntry, TreeFile, TreeStat } from "./tree.ts";

/**
 * Files that stand in no file system, by their slash-separated path (`Dockerfile`, `sub/file`); folders are as the
 * paths imply. Files are `rw-r--r--`, folders `rwxr-xr-x`.
 */
export function memoryTree(files: ReadonlyMap<string, Uint8Array>): Tree {
  const contents = new Map<BytePath, Uint8Array>();
  const folders = new Map<BytePath, Map<BytePath, TreeEntry>>([["", new Map()]]);
  for (const [text, bytes] of files) {
    const parts = pathOfText(text).split("/");
    let folder = "";
    for (const [index, name] of parts.entries()) {
      if (name === "" || name === "." || name === "..") throw new Error(`not a relative path in normal form: ${text}`);
      const isFolder = index < parts.length - 1;
      folders.get(folder)?.set(name, { name, isFolder });
      folder = childPath(folder, name);
      if (isFolder && !folders.has(folder)) folders.set(folder, new Map());
    }
    contents.set(folder, bytes);
  }
  return {
    entries: (folder) => [...(folders.get(folder)?.values() ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
    stat: (path) => {
      const bytes = contents.get(path);
      if (bytes !== undefined) return { ...plain, mode: plainFileMode, size: bytes.length, mtime: timeOf(bytes) };
      return folders.has(path) ? { ...plain, mode: plainFolderMode } : undefined;
    },
    open: (path) => memoryFile(contents.get(path) ?? nothing),
    readWhole: (path, _stat, buffer, offset) => {
      buffer.set(contents.get(path) ?? nothing, offset);
      return undefined;
    },
  };
}

const nothing = new Uint8Array(0);

const plain: Omit<TreeStat, "mode"> = {
  size: 0,
  mtime: 0n,
  target: "",
  devMajor: 0,
  devMinor: 0,
  device: 0n,
  inode: 0n,
  hasOtherNames: false,
  isSocket: false,
};

/**
 * A worker keeps what it got from an earlier session and takes a file of equal size and time for the same one. So the
 * time follows from the contents: other contents, another time; equal input, equal image. Within 2^60 ns, before 2007.
 */
function timeOf(bytes: Uint8Array): bigint {
  return createHash("sha256").update(bytes).digest().readBigUInt64BE() >> 4n;
}

function memoryFile(bytes: Uint8Array): TreeFile {
  let at = 0;
  return {
    read: async (buffer, offset, length) => {
      buffer.set(bytes.subarray(at, at + length), offset);
      at += length;
      return undefined;
    },
    isUnchanged: () => true,
    close: () => {},
  };
}
