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
  await inPlace(folder, name, async (temporary) => {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  });
}

/** Gives a file of a folder a second name, or makes a copy where a file has only one; false where it is gone. */
export async function shareFile(folder: string, from: string, to: string): Promise<boolean> {
  const path = join(folder, from);
  try {
    await inPlace(folder, to, async (temporary) => {
      try {
        await link(path, temporary);
      } catch (error) {
        if (errnoOf(error) === "ENOENT") throw error;
        await copyFile(path, temporary);
      }
    });
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

async function inPlace(folder: string, name: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(folder, `${randomBytes(6).toString("hex")}.tmp`);
  try {
    await make(temporary);
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
