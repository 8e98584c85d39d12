import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  read,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
} from "node:fs";
import { promisify } from "node:util";
import { errnoOf } from "../../../errno.ts";
import { type BytePath, bytePath, diskPath } from "./byte-path.ts";
import { goModeOf } from "./file-mode.ts";
import {
  type ContentsChanged,
  contentsChanged,
  type Tree,
  type TreeEntry,
  type TreeFile,
  type TreeStat,
} from "./tree.ts";

const windows = process.platform === "win32";
const readAsync = promisify(read);

/**
 * A folder of this machine. The folder itself may be reached through symbolic links; below it none is followed, so that
 * nothing outside of it is ever read.
 * @throws the system's error when the path is not a folder.
 */
export function diskTree(path: string): Tree {
  const root = bytePath(realpathSync(path, { encoding: "buffer" }));
  // Reading the folder now tells a missing or unreadable one apart from trouble deeper down.
  readdirSync(path);
  return {
    entries: (folder) => entriesOf(diskPath(root, folder)),
    stat: (relative) => statOf(diskPath(root, relative)),
    open: (relative, stat) => openFile(root, relative, stat),
    readWhole: (relative, stat, buffer, offset) => readWhole(root, relative, stat, buffer, offset),
  };
}

function entriesOf(path: string | Buffer): readonly TreeEntry[] {
  const entries = readdirSync(path, { withFileTypes: true, encoding: "latin1" });
  return entries
    .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function statOf(path: string | Buffer): TreeStat | undefined {
  const stats = lstat(path);
  if (stats === undefined) return undefined;
  const isDevice = stats.isCharacterDevice() || stats.isBlockDevice();
  const device = Number(stats.rdev);
  return {
    mode: goModeOf(Number(stats.mode), windows),
    size: stats.isDirectory() ? 0 : Number(stats.size),
    mtime: stats.mtimeNs,
    target: stats.isSymbolicLink() ? linkTarget(path) : "",
    devMajor: isDevice ? (device >>> 8) & 0xfff : 0,
    devMinor: isDevice ? (device & 0xff) | ((device >>> 12) & 0xfff00) : 0,
    device: stats.dev,
    inode: stats.ino,
    hasOtherNames: stats.nlink > 1n && !stats.isDirectory(),
    isSocket: stats.isSocket(),
  };
}

function lstat(path: string | Buffer): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    // A folder on the way gave its place to a file.
    if (errnoOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

function linkTarget(path: string | Buffer): BytePath {
  const target = readlinkSync(path, { encoding: "latin1" });
  return windows ? target.replaceAll("\\", "/") : target;
}

// Not blocking keeps a pipe that took the file's place from hanging us. Windows knows neither flag.
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function openFile(root: BytePath, relative: BytePath, listed: TreeStat): TreeFile | ContentsChanged {
  const path = diskPath(root, relative);
  const fd = openSync(path, openFlags);
  let keep = false;
  try {
    if (!isListed(fd, listed, root, relative)) return contentsChanged;
    keep = true;
    return openedFile(fd, listed);
  } finally {
    if (!keep) closeSync(fd);
  }
}

/** What is read counts only when the file then is what it was: one look, after it, tells all. */
function readWhole(
  root: BytePath,
  relative: BytePath,
  listed: TreeStat,
  buffer: Buffer,
  offset: number,
): ContentsChanged | undefined {
  const fd = openSync(diskPath(root, relative), openFlags);
  try {
    for (let done = 0; done < listed.size; ) {
      const bytesRead = readSync(fd, buffer, offset + done, listed.size - done, null);
      if (bytesRead === 0) return contentsChanged;
      done += bytesRead;
    }
    return isListed(fd, listed, root, relative) ? undefined : contentsChanged;
  } finally {
    closeSync(fd);
  }
}

/** Whether an open file is the one that was listed, and in the folder that was listed. */
function isListed(fd: number, listed: TreeStat, root: BytePath, relative: BytePath): boolean {
  const stats = fstatSync(fd, { bigint: true });
  if (!sameContents(stats, listed)) return false;
  // A folder on the way may have become a link that leads out of the root since the walk. Its file then is another
  // one; on file systems that make numbers up as they go, the path's resolution decides.
  return (stats.ino === listed.inode && stats.dev === listed.device) || isInPlace(root, relative);
}

function openedFile(fd: number, listed: TreeStat): TreeFile {
  return {
    async read(buffer, offset, length) {
      for (let done = 0; done < length; ) {
        const { bytesRead } = await readAsync(fd, buffer, offset + done, length - done, null);
        if (bytesRead === 0) return contentsChanged;
        done += bytesRead;
      }
      return undefined;
    },
    isUnchanged: () => sameContents(fstatSync(fd, { bigint: true }), listed),
    close: () => closeSync(fd),
  };
}

function sameContents(stats: BigIntStats, listed: TreeStat): boolean {
  return stats.isFile() && Number(stats.size) === listed.size && stats.mtimeNs === listed.mtime;
}

function isInPlace(root: BytePath, relative: BytePath): boolean {
  const path = diskPath(root, relative);
  const real = realpathSync(path, { encoding: "buffer" });
  return Buffer.compare(real, Buffer.isBuffer(path) ? path : Buffer.from(path)) === 0;
}
