import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  futimesSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { promisify } from "node:util";
import { errnoOf } from "../../../errno.ts";
import { abandonedNames, temporaryName } from "../../../temporary-names.ts";
import { type BytePath, bytePath, childPath, diskPath, pathText, systemPath } from "../filesync/byte-path.ts";
import { permissionsOf } from "../filesync/file-mode.ts";
import type { Stat } from "../filesync/packet.ts";
import { AttributeBatch, type AttributeOutcome } from "./attribute-batch.ts";
import { ExportError } from "./export-error.ts";
import { fileTime } from "./file-time.ts";

const windows = process.platform === "win32";

/** A file of the export that is being written, under another name until it is whole. */
export interface PendingFile {
  readonly fd: number;
  readonly temp: string | Buffer;
}

/**
 * The folder that an export goes to, shared by the transfers of one exporter (one per platform). What stands in it and
 * is not in the export stays; what is in both is replaced, each file at once.
 *
 * Nothing is written outside of it: a folder of the export is a real folder of the target before anything is put into
 * it (a link there is replaced, not followed), and stays one until the export is over. Each method does its look and
 * its change in one turn of the event loop, so no other transfer comes between.
 *
 * Every method throws ExportError with the path that could not be written.
 */
export class TargetFolder {
  readonly #root: BytePath;
  /** Folders of the export, of all transfers. */
  readonly #folders = new Set<BytePath>();
  #attributes = new AttributeBatch();
  /** Files with attributes that their owner may not write: until these are set, he may. */
  #writeProtected: Stat[] = [];

  /** Makes the folder if there is none; only its owner may then look into it, as with BuildKit's own client. */
  constructor(path: string) {
    try {
      mkdirSync(path, { recursive: true, mode: 0o700 });
      this.#root = bytePath(realpathSync(path, { encoding: "buffer" }));
      this.#removeAbandoned("");
    } catch (cause) {
      throw new ExportError(path, { cause });
    }
  }

  /** A folder is open to us until {@link finishFolder} gives it the mode it is to have. */
  makeFolder(stat: Stat): void {
    this.#write(stat.path, (path) => {
      const existing = lstat(path);
      if (existing?.isDirectory() === true) {
        if ((existing.mode & 0o700) !== 0o700) chmodSync(path, (existing.mode & 0o7777) | 0o700);
        this.#removeAbandoned(stat.path);
      } else {
        if (existing !== undefined) unlinkSync(path);
        mkdirSync(path, 0o700);
      }
      this.#folders.add(stat.path);
      this.#attributes.add(`${this.#root}/${stat.path}`, stat.attributes);
    });
  }

  finishFolder(stat: Stat): void {
    this.#write(stat.path, (path) => {
      if (!windows) chmodSync(path, permissionsOf(stat.mode));
      const time = fileTime(stat.mtime);
      utimesSync(path, time, time);
    });
  }

  makeSymlink(stat: Stat): void {
    this.#replace(stat.path, (temp) => {
      symlinkSync(systemPath(stat.linkname), temp);
      const time = fileTime(stat.mtime);
      lutimesSync(temp, time, time);
    });
  }

  /** The file that it links to must be whole. */
  makeHardLink(stat: Stat): void {
    this.#replace(stat.path, (temp) => linkSync(diskPath(this.#root, stat.linkname), temp));
  }

  /**
   * A pipe. Node cannot make one, so the system's own `mknod` does. Devices are refused: in the hands of whoever may
   * read the folder, one is a way to this machine's disks and memory.
   */
  async makeSpecialFile(stat: Stat, kind: "fifo" | "block-device" | "char-device"): Promise<void> {
    if (kind !== "fifo") throw new ExportError(pathText(stat.path), { reason: "devices are not made here" });
    if (windows) throw new ExportError(pathText(stat.path), { reason: "Windows has no such kind of file" });
    const temp = this.#tempBeside(stat.path);
    // A name that is not text cannot be an argument of a program. Nothing but an attack has such a pipe.
    if (Buffer.isBuffer(temp)) throw new ExportError(pathText(stat.path), { reason: "its name is not plain ASCII" });
    try {
      const { execFile } = await import("node:child_process");
      await promisify(execFile)("mknod", [temp, "p"]);
    } catch {
      throw new ExportError(pathText(stat.path), {
        reason: "this user may not make pipes, or there is no mknod program",
      });
    }
    this.#write(stat.path, (path) => {
      try {
        chmodSync(temp, permissionsOf(stat.mode) & plainPermissions);
        const time = fileTime(stat.mtime);
        utimesSync(temp, time, time);
        this.#putInPlace(stat.path, path, temp);
      } catch (error) {
        rmSync(temp, { force: true });
        throw error;
      }
    });
  }

  /** @returns the open file; to be handed to {@link finishFile} or {@link abandonFile}. */
  beginFile(stat: Stat): PendingFile {
    const temp = this.#tempBeside(stat.path);
    return this.#write(stat.path, () => ({ fd: openSync(temp, createFlags, 0o600), temp }));
  }

  finishFile(stat: Stat, file: PendingFile): void {
    try {
      this.#write(stat.path, (path) => {
        try {
          const permissions = permissionsOf(stat.mode) & plainPermissions;
          const waits = this.#attributes.add(`${this.#root}/${stat.path}`, stat.attributes);
          if (waits && (permissions & 0o200) === 0) this.#writeProtected.push(stat);
          if (!windows) fchmodSync(file.fd, waits ? permissions | 0o200 : permissions);
          const time = fileTime(stat.mtime);
          futimesSync(file.fd, time, time);
        } finally {
          closeSync(file.fd);
        }
        this.#putInPlace(stat.path, path, file.temp);
      });
    } catch (error) {
      rmSync(file.temp, { force: true });
      throw error;
    }
  }

  /** Sets the extended attributes of all files and folders so far: before the folders get their modes. */
  async writeAttributes(signal: AbortSignal): Promise<AttributeOutcome> {
    const batch = this.#attributes;
    const files = this.#writeProtected;
    this.#attributes = new AttributeBatch();
    this.#writeProtected = [];
    const outcome = await batch.write(signal);
    for (const { path: entry, mode } of files) {
      this.#write(entry, (path) => {
        if (lstat(path)?.isFile() === true) chmodSync(path, permissionsOf(mode) & plainPermissions);
      });
    }
    return outcome;
  }

  abandonFile(file: PendingFile): void {
    closeSync(file.fd);
    rmSync(file.temp, { force: true });
  }

  /** Makes something under a temporary name and then renames it. */
  #replace(entry: BytePath, make: (temp: string | Buffer) => void): void {
    const temp = this.#tempBeside(entry);
    this.#write(entry, (path) => {
      try {
        make(temp);
        this.#putInPlace(entry, path, temp);
      } catch (error) {
        rmSync(temp, { force: true });
        throw error;
      }
    });
  }

  /** Only a folder stands in the way of a rename. */
  #putInPlace(entry: BytePath, path: string | Buffer, temp: string | Buffer): void {
    if (lstat(path)?.isDirectory() === true) {
      if (this.#folders.has(entry)) {
        throw new ExportError(pathText(entry), {
          reason: "it is a folder on one platform of the export and none on another",
        });
      }
      rmSync(path, { recursive: true });
    }
    renameSync(temp, path);
  }

  #tempBeside(entry: BytePath): string | Buffer {
    const slash = entry.lastIndexOf("/");
    return diskPath(this.#root, childPath(slash === -1 ? "" : entry.slice(0, slash), temporaryName()));
  }

  /** What an earlier export left that was killed; where it cannot be removed, it is in nobody's way. */
  #removeAbandoned(folder: BytePath): void {
    try {
      for (const name of abandonedNames(readdirSync(diskPath(this.#root, folder)))) {
        unlinkSync(diskPath(this.#root, childPath(folder, name)));
      }
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }

  #write<T>(entry: BytePath, change: (path: string | Buffer) => T): T {
    if (windows && /[\\:*?"<>|]/.test(entry)) {
      throw new ExportError(pathText(entry), { reason: "Windows does not allow such a name" });
    }
    try {
      return change(diskPath(this.#root, entry));
    } catch (cause) {
      throw errnoOf(cause) === undefined ? cause : new ExportError(pathText(entry), { cause });
    }
  }
}

/** Without setuid and setgid: the owner is another one here, as whom nobody meant a program to run. */
const plainPermissions = 0o1777;

const createFlags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);

function lstat(path: string | Buffer): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
