import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { now } from "../clock.ts";
import { errnoOf } from "../errno.ts";

/** A lock older than this, in milliseconds, was left behind: what is done under one takes milliseconds. */
const staleAge = 10_000;

/**
 * Runs something while a lock file of ours stands at `path`, and removes it afterwards. Whoever finds one there waits;
 * one that its owner left behind, as after a kill, is taken away after ten seconds.
 */
export async function withLock<Result>(path: string, run: () => Promise<Result>): Promise<Result> {
  let own = await take(path);
  while (own === undefined) {
    await setTimeout(10 + Math.random() * 20);
    own = await take(path);
  }
  const taken = now();
  try {
    return await run();
  } finally {
    // After a long time it may have been taken for one that was left behind.
    if (now() - taken < staleAge) await rm(path, { force: true });
    else await remove(path, own);
  }
}

/** What tells our lock from every other one at its place; undefined where another one stands. */
async function take(path: string): Promise<string | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, "wx");
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    const other = await lockAt(path);
    if (other !== undefined && other.age > staleAge) await remove(path, other.name);
    return undefined;
  }
  try {
    return nameOf(await file.stat({ bigint: true }));
  } finally {
    await file.close();
  }
}

/**
 * Removes the lock of this name and no other. Of all who want that, one at a time looks whether it still stands there: a
 * second one must not remove what somebody else has put in its place.
 */
async function remove(path: string, name: string): Promise<void> {
  await withLock(`${path}.${name}`, async () => {
    if ((await lockAt(path))?.name === name) await rm(path, { force: true });
  });
}

async function lockAt(path: string): Promise<{ readonly name: string; readonly age: number } | undefined> {
  try {
    const stats = await stat(path, { bigint: true });
    return { name: nameOf(stats), age: Date.now() - Number(stats.mtimeMs) };
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return undefined;
  }
}

/** An inode may come again, but not with the same time. */
function nameOf({ ino, mtimeNs }: { readonly ino: bigint; readonly mtimeNs: bigint }): string {
  return `${ino}-${mtimeNs}`;
}
