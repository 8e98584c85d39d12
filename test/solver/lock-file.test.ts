import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { withLock } from "../../src/solver/lock-file.ts";

const folder = mkdtempSync(join(tmpdir(), "llbc-lock-"));
const path = join(folder, "lock");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a lock is held by one at a time, and nothing is left of it", async () => {
  expect(await mostAtOnce(50)).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

test("what was left behind is taken away once, however many wait, and so are the locks of those who were to do that", async () => {
  const name = leaveBehind(path);
  leaveBehind(`${path}.${name}`);
  expect(await mostAtOnce(50)).toBe(1);
  expect(readdirSync(folder)).toEqual([]);
});

test("a lock is let go of after a failure", async () => {
  await expect(withLock(path, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await withLock(path, async () => "next")).toBe("next");
});

/** As a killed process does, a minute ago; gives what the lock is known by. */
function leaveBehind(path: string): string {
  writeFileSync(path, "");
  const longAgo = Date.now() / 1000 - 60;
  utimesSync(path, longAgo, longAgo);
  const { ino, mtimeNs } = statSync(path, { bigint: true });
  return `${ino}-${mtimeNs}`;
}

/** How many of those who take the lock hold it at the same time. */
async function mostAtOnce(count: number): Promise<number> {
  let holders = 0;
  let most = 0;
  const hold = async () => {
    most = Math.max(most, ++holders);
    await new Promise((resolve) => setImmediate(resolve));
    holders--;
  };
  await Promise.all(Array.from({ length: count }, () => withLock(path, hold)));
  return most;
}
