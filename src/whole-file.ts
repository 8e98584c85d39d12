import { closeSync, fsync, openSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { temporaryName } from "./temporary-names.ts";

/** No write takes as long: milliseconds after its last change, a file that is not whole was left by a killed process. */
export const abandonedAfter = 3_600_000;

export interface WholeFile {
  /** Who may use it, `0o666` without the user's mask when absent. */
  readonly mode?: number;
  /** How it gets its place: as a rule by renaming, over what stood there; by a link it is refused where something is. */
  readonly place?: (temporary: string, path: string) => Promise<void> | void;
}

/**
 * Writes a file that is there as a whole or not at all, also after a crash: beside its place, synced, and then put there.
 * Rejects with the system's error; then nothing of it is left.
 */
export async function writeWhole(path: string, content: string | Uint8Array, options: WholeFile = {}): Promise<void> {
  await makeWhole(path, (temporary) => writeNew(temporary, content, options.mode), options.place);
}

/** The same of a file that `make` makes under the temporary name it is given. */
export async function makeWhole(
  path: string,
  make: (temporary: string) => Promise<void> | void,
  place: WholeFile["place"] = renameSync,
): Promise<void> {
  const temporary = join(dirname(path), temporaryName());
  try {
    await make(temporary);
    await place(temporary, path);
  } finally {
    // After a rename there is none; and what went wrong before is what is to be told.
    removeQuietly(temporary);
  }
}

/**
 * Writes and syncs a file where there is none; rejects with the system's error, and then there is none either. Only the
 * disk is waited for: all else is done before its turn with others would come.
 */
export async function writeNew(path: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  const file = openSync(path, "wx", mode);
  try {
    try {
      writeFileSync(file, content);
      await promisify(fsync)(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    removeQuietly(path);
    throw error;
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // As a rule there is none.
  }
}
