import { randomBytes } from "node:crypto";
import { copyFile, link, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf } from "../errno.ts";

/** The names of what is in a folder; none where it is not there. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** Writes a file of a folder, which is there as a whole or not at all. */
export async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  await inPlace(folder, name, (temporary) => writeSynced(temporary, text));
}

/** Writes a file whose place is not known yet, and gives the name that it has until then. */
export async function writeBeside(folder: string, text: string): Promise<string> {
  const name = temporaryName();
  await writeSynced(join(folder, name), text);
  return name;
}

/** Gives a file of a folder its name; false where it is gone. */
export async function moveFile(folder: string, from: string, to: string): Promise<boolean> {
  return unlessGone(() => rename(join(folder, from), join(folder, to)));
}

/** Gives a file of a folder a second name, or makes a copy where a file has only one; false where it is gone. */
export async function shareFile(folder: string, from: string, to: string): Promise<boolean> {
  const path = join(folder, from);
  const share = async (temporary: string) => {
    try {
      await link(path, temporary);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") throw error;
      await copyFile(path, temporary);
    }
  };
  return unlessGone(() => inPlace(folder, to, share));
}

async function unlessGone(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

function temporaryName(): string {
  return `${randomBytes(6).toString("hex")}.tmp`;
}

async function inPlace(folder: string, name: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(folder, temporaryName());
  try {
    await make(temporary);
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
