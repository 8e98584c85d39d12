import { copyFileSync, linkSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { errnoOf } from "../errno.ts";
import { temporaryName } from "../temporary-names.ts";
import { makeWhole, writeNew, writeWhole } from "../whole-file.ts";

/** What builds read and ran is for the user alone. */
const mode = 0o600;

/** The names of what is in a folder; none where it is not there. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** Writes a file of a folder, which is there as a whole or not at all. */
export async function writeText(folder: string, name: string, text: string): Promise<void> {
  await writeWhole(join(folder, name), text, { mode });
}

/** Writes a file whose place is not known yet, and gives the name that it has until then. */
export async function writeBeside(folder: string, text: string): Promise<string> {
  const name = temporaryName();
  await writeNew(join(folder, name), text, mode);
  return name;
}

/** Gives a file of a folder its name; false where it is gone. */
export async function moveFile(folder: string, from: string, to: string): Promise<boolean> {
  return unlessGone(() => renameSync(join(folder, from), join(folder, to)));
}

/** Gives a file of a folder a second name, or makes a copy where a file has only one; false where it is gone. */
export async function shareFile(folder: string, from: string, to: string): Promise<boolean> {
  const path = join(folder, from);
  const share = (temporary: string) => {
    try {
      linkSync(path, temporary);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") throw error;
      copyFileSync(path, temporary);
    }
  };
  return unlessGone(() => makeWhole(join(folder, to), share));
}

async function unlessGone(act: () => Promise<void> | void): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}
