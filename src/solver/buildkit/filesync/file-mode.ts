import { constants } from "node:fs";

/** What an entry of a tree is. */
export type FileKind = "directory" | "symlink" | "fifo" | "block-device" | "char-device" | "file";

// The bits of Go's os.FileMode, which BuildKit sends; none but the nine permissions agree with those of stat(2).
const GO_DIRECTORY = 2 ** 31;
const GO_SYMLINK = 2 ** 27;
const GO_DEVICE = 2 ** 26;
const GO_FIFO = 2 ** 25;
const GO_SOCKET = 2 ** 24;
const GO_SETUID = 2 ** 23;
const GO_SETGID = 2 ** 22;
const GO_CHAR_DEVICE = 2 ** 21;
const GO_STICKY = 2 ** 20;

const kindBits: ReadonlyMap<number, number> = new Map([
  [constants.S_IFDIR, GO_DIRECTORY],
  [constants.S_IFLNK, GO_SYMLINK],
  [constants.S_IFBLK, GO_DEVICE],
  [constants.S_IFCHR, GO_DEVICE + GO_CHAR_DEVICE],
  [constants.S_IFIFO, GO_FIFO],
]);

/**
 * The mode that BuildKit's client sends for a mode of stat(2). A socket has no kind of its own there: it goes as an
 * empty regular file. On Windows, where files have no such bits, everything may be read and executed by all and
 * written by its owner.
 */
export function goModeOf(unixMode: number, windows: boolean): number {
  const kind = kindBits.get(unixMode & constants.S_IFMT) ?? 0;
  if (windows) return kind + ((unixMode | 0o111) & 0o755);
  return (
    kind +
    (unixMode & 0o777) +
    ((unixMode & 0o4000) === 0 ? 0 : GO_SETUID) +
    ((unixMode & 0o2000) === 0 ? 0 : GO_SETGID) +
    ((unixMode & 0o1000) === 0 ? 0 : GO_STICKY)
  );
}

/** The permissions of a mode of Go's, for chmod(2): nine bits and setuid, setgid, sticky. */
export function permissionsOf(goMode: number): number {
  return (
    (goMode & 0o777) |
    (has(goMode, GO_SETUID) ? 0o4000 : 0) |
    (has(goMode, GO_SETGID) ? 0o2000 : 0) |
    (has(goMode, GO_STICKY) ? 0o1000 : 0)
  );
}

/** What a mode of Go's says an entry is; undefined for kinds that a tree cannot hold. */
export function kindOf(goMode: number): FileKind | undefined {
  if (goMode < GO_STICKY) return "file";
  if (has(goMode, GO_DIRECTORY)) return "directory";
  if (has(goMode, GO_SYMLINK)) return "symlink";
  if (has(goMode, GO_FIFO)) return "fifo";
  if (has(goMode, GO_DEVICE)) return has(goMode, GO_CHAR_DEVICE) ? "char-device" : "block-device";
  return has(goMode, GO_SOCKET) ? undefined : "file";
}

/** The mode of a folder or file that stands in no file system. */
export const plainFolderMode = GO_DIRECTORY + 0o755;
export const plainFileMode = 0o644;

function has(mode: number, bit: number): boolean {
  return Math.floor(mode / bit) % 2 === 1;
}
