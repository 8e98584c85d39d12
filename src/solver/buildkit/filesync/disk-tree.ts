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
import { type BytePath, bytePath, diskPathsBelow } from "./byte-path.ts";
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
  const placeOf = diskPathsBelow(bytePath(realpathSync(path, { encoding: "buffer" })));
  // Reading the folder now tells a missing or unreadable one apart from trouble deeper down.
  readdirSync(path);
  return {
    entries: (folder) => entriesOf(placeOf(folder)),
    stat: (relative) => statOf(placeOf(relative)),
    open: (relative, stat) => openFile(placeOf(relative), stat),
    readWhole: (relative, stat, buffer, offset) => readWhole(placeOf(relative), stat, buffer, offset),
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
  // The questions that the system's answer takes itself cost large integers each.
  const mode = Number(stats.mode);
  const kind = mode & constants.S_IFMT;
  const device = kind === constants.S_IFCHR || kind === constants.S_IFBLK ? Number(stats.rdev) : 0;
  return {
    mode: goModeOf(mode, windows),
    size: kind === constants.S_IFDIR ? 0 : Number(stats.size),
    mtime: stats.mtimeNs,
    target: kind === constants.S_IFLNK ? linkTarget(path) : "",
    devMajor: (device >>> 8) & 0xfff,
    devMinor: (device & 0xff) | ((device >>> 12) & 0xfff00),
    device: stats.dev,
    inode: stats.ino,
    hasOtherNames: stats.nlink > 1n && kind !== constants.S_IFDIR,
    isSocket: kind === constants.S_IFSOCK,
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

function openFile(path: string | Buffer, listed: TreeStat): TreeFile | ContentsChanged {
  const fd = openSync(path, openFlags);
  let keep = false;
  try {
    if (!isListed(fd, listed, path)) return contentsChanged;
    keep = true;
    return openedFile(fd, listed);
  } finally {
    if (!keep) closeSync(fd);
  }
}

/** What is read counts only when the file then is what it was: one look, after it, tells all. */
function readWhole(
  path: string | Buffer,
  listed: TreeStat,
  buffer: Buffer,
  offset: number,
): ContentsChanged | undefined {
  const fd = openSync(path, openFlags);
  try {
    for (let done = 0; done < listed.size; ) {
      const bytesRead = readSync(fd, buffer, offset + done, listed.size - done, null);
      if (bytesRead === 0) return contentsChanged;
      done += bytesRead;
    }
    return isListed(fd, listed, path) ? undefined : contentsChanged;
  } finally {
    closeSync(fd);
  }
}

/** Whether an open file is the one that was listed, and in the folder that was listed. */
function isListed(fd: number, listed: TreeStat, path: string | Buffer): boolean {
  const stats = fstatSync(fd, { bigint: true });
  if (!sameContents(stats, listed)) return false;
  // A folder on the way may have become a link that leads out of the root since the walk. Its file then is another
  // one; on file systems that make numbers up as they go, the path's resolution decides.
  return (stats.ino === listed.inode && stats.dev === listed.device) || isInPlace(path);
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

function isInPlace(path: string | Buffer): boolean {
  const real = realpathSync(path, { encoding: "buffer" });
  return Buffer.compare(real, Buffer.isBuffer(path) ? path : Buffer.from(path)) === 0;
}
