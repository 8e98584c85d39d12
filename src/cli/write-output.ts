import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { errnoOf, errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import type { Terminal } from "./terminal.ts";

/** Writes to standard output, and waits until it is taken. A reader that went away is no failure of ours. */
export async function writeStandardOutput(content: Uint8Array | string, terminal: Terminal): Promise<void> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const taken = terminal.plainOutput?.write(bytes) ?? 0;
  if (taken === bytes.length) return;
  await new Promise<void>((resolve) => {
    terminal.stdout.write(bytes.subarray(taken), () => resolve());
  });
}

/**
 * Writes a file that is there as a whole or not at all: beside its place, synced, then renamed over what stood there,
 * whose permissions it keeps. A symbolic link is written through; what is no regular file (`/dev/null`, a named pipe) is
 * written to directly. A file is written at once, since that is small and all that is left to do.
 * Rejects with a Failure `export-failed`.
 */
export async function writeOutputFile(path: string, content: Uint8Array | string): Promise<void> {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    const place = stats === undefined ? path : realpathSync.native(path);
    if (stats === undefined || stats.isFile()) writeAside(place, content, stats);
    else await writeFile(place, content);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Makes a folder where there is none yet.
 * @throws Failure `export-failed`
 */
export function makeOutputFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}

function writeAside(place: string, content: Uint8Array | string, before: Stats | undefined): void {
  // One at a time: this process has no other file that is not whole.
  const temp = join(dirname(place), `.llbc-${process.pid}.tmp`);
  const file = openSync(temp, "w");
  try {
    try {
      writeFileSync(file, content);
      if (before !== undefined) fchmodSync(file, before.mode & 0o7777);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temp, place);
  } catch (error) {
    rmSync(temp, { force: true });
    throw error;
  }
}

function unwritable(path: string, cause: unknown): unknown {
  if (errnoOf(cause) === undefined) return cause;
  return new Failure("export-failed", `${path} cannot be written: ${errnoText(cause)}`, {
    cause,
    remedy: "Give another place, or make this one writable.",
  });
}
