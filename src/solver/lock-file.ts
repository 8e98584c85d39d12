import { open, rm, stat } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { errnoOf } from "../errno.ts";

/** A lock older than this was left behind: what is done under one takes milliseconds. */
const staleAge = 10_000;

/**
 * Runs something while a lock file of ours stands at `path`, and removes it afterwards. Whoever finds one there waits;
 * one that its owner left behind, as after a kill, is taken away after ten seconds.
 */
export async function withLock<Result>(path: string, run: () => Promise<Result>): Promise<Result> {
  while (!(await take(path))) await setTimeout(10 + Math.random() * 20);
  try {
    return await run();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await (await open(path, "wx")).close();
    return true;
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  const age = await ageOf(path);
  if (age !== undefined && age > staleAge) await rm(path, { force: true });
  return false;
}

async function ageOf(path: string): Promise<number | undefined> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    // It was let go of just now.
    return undefined;
  }
}
