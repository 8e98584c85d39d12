import { link, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { temporaryEnding } from "../src/temporary-names.ts";
import { makeWhole, writeNew, writeWhole } from "../src/whole-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "llbc-whole-"));
  return () => rm(folder, { recursive: true, force: true });
});

test("a file is replaced at once, and nothing stays beside it", async () => {
  const path = join(folder, "a");
  await writeWhole(path, "before");
  await writeWhole(path, Buffer.from("after"), { mode: 0o600 });
  expect(await readFile(path, "utf8")).toBe("after");
  if (process.platform !== "win32") expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["a"]);
});

test("until it has its place it stands beside it, whole, under a name that tells so", async () => {
  const path = join(folder, "a");
  await writeFile(path, "before");
  const seen: unknown[] = [];
  const look = async (temporary: string) => {
    seen.push(temporary.endsWith(temporaryEnding), await readFile(temporary, "utf8"), await readFile(path, "utf8"));
    throw new Error("no place");
  };
  await expect(writeWhole(path, "after", { place: look })).rejects.toThrow("no place");
  expect(seen).toEqual([true, "after", "before"]);
  expect(await readFile(path, "utf8")).toBe("before");
  expect(await readdir(folder)).toEqual(["a"]);
});

test("of those who link one into an empty place, one wins, and the others are told", async () => {
  const path = join(folder, "a");
  const written = Array.from({ length: 5 }, (_, index) => writeWhole(path, `${index}`, { place: link }));
  const settled = await Promise.allSettled(written);
  const won = settled.findIndex(({ status }) => status === "fulfilled");
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const each of settled) if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "EEXIST" });
  expect(await readFile(path, "utf8")).toBe(`${won}`);
  expect(await readdir(folder)).toEqual(["a"]);
});

test("what cannot be made leaves nothing, and what went wrong is told", async () => {
  await expect(writeWhole(join(folder, "gone", "a"), "text")).rejects.toMatchObject({ code: "ENOENT" });
  await expect(writeWhole(folder, "text")).rejects.toMatchObject({ syscall: "rename" });
  const half = async (temporary: string) => {
    await writeFile(temporary, "half");
    throw new Error("broken off");
  };
  await expect(makeWhole(join(folder, "a"), half)).rejects.toThrow("broken off");
  expect(await readdir(folder)).toEqual([]);
});

test.runIf(process.platform !== "win32")("a new file goes where nothing is, not through a link", async () => {
  const path = join(folder, "a");
  await symlink(join(folder, "elsewhere"), path);
  await expect(writeNew(path, "text")).rejects.toMatchObject({ code: "EEXIST" });
  expect(await readdir(folder)).toEqual(["a"]);
});
