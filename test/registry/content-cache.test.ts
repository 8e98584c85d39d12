import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../../src/digest.ts";
import { ContentCache } from "../../src/registry/content-cache.ts";

test("what was kept is there, for other caches on the same folder too, and nothing half-written beside it", async () => {
  const folder = join(newFolder(), "a", "b");
  const content = Buffer.from("content");
  expect(await new ContentCache(folder).read(digestOf(content))).toBeUndefined();
  await new ContentCache(folder).write(digestOf(content), content);
  expect(await new ContentCache(folder).read(digestOf(content))).toEqual(content);
  expect(readdirSync(folder)).toEqual([digestOf(content).replace(":", "-")]);
});

test.runIf(process.platform !== "win32")("what was kept is for the user alone", async () => {
  const folder = join(newFolder(), "cache");
  const digest = digestOf("content");
  await new ContentCache(folder).write(digest, Buffer.from("content"));
  expect(statSync(folder).mode & 0o077).toBe(0);
  expect(statSync(join(folder, digest.replace(":", "-"))).mode & 0o077).toBe(0);
});

test.each([
  ["cut off", (path: string) => writeFileSync(path, "con")],
  ["emptied", (path: string) => writeFileSync(path, "")],
  ["changed", (path: string) => writeFileSync(path, "Content")],
  ["a folder", (path: string) => [rmSync(path), mkdirSync(path)]],
])("content that was %s is as good as absent", async (_, spoil) => {
  const folder = newFolder();
  const cache = new ContentCache(folder);
  const digest = digestOf("content");
  await cache.write(digest, Buffer.from("content"));
  spoil(join(folder, digest.replace(":", "-")));
  expect(await cache.read(digest)).toBeUndefined();
});

test("content that was spoilt is mended by being written again", async () => {
  const folder = newFolder();
  const cache = new ContentCache(folder);
  const digest = digestOf("content");
  writeFileSync(join(folder, digest.replace(":", "-")), "spoilt");
  await cache.write(digest, Buffer.from("content"));
  expect(await cache.read(digest)).toEqual(Buffer.from("content"));
});

test("many write and read the same at once", async () => {
  const folder = newFolder();
  const contents = Array.from({ length: 5 }, (_, index) => Buffer.alloc(50_000, `${index}`));
  const work = Array.from({ length: 40 }, async (_, index) => {
    const content = contents[index % contents.length] ?? Buffer.alloc(0);
    const cache = new ContentCache(folder);
    await cache.write(digestOf(content), content);
    return content.equals((await cache.read(digestOf(content))) ?? Buffer.alloc(0));
  });
  expect(new Set(await Promise.all(work))).toEqual(new Set([true]));
  expect(readdirSync(folder)).toHaveLength(contents.length);
});

test("what was not used for longest goes first when the folder is full", async () => {
  const folder = newFolder();
  const cache = new ContentCache(folder, { limit: 1000 });
  const put = async (index: number) => {
    const content = Buffer.alloc(200, `${index}`);
    await cache.write(digestOf(content), content);
    return join(folder, digestOf(content).replace(":", "-"));
  };
  const paths: string[] = [];
  for (let index = 0; index < 5; index++) {
    const path = await put(index);
    utimesSync(path, 1000 + index, 1000 + index);
    paths.push(path);
  }
  // Reading is using.
  expect(await cache.read(digestOf(Buffer.alloc(200, "0")))).toBeDefined();
  paths.push(await put(5), await put(6));
  expect(paths.map((path) => existsSync(path))).toEqual([true, false, false, false, false, true, true]);
});

test("content that would fill a good part of the folder is not kept", async () => {
  const folder = newFolder();
  const content = Buffer.alloc(600);
  await new ContentCache(folder, { limit: 1000 }).write(digestOf(content), content);
  expect(readdirSync(folder)).toEqual([]);
});

test("temporary files without a writer are removed, those of others that write now are not", async () => {
  const folder = newFolder();
  const [old, fresh] = [join(folder, "sha256-x.0.tmp"), join(folder, "sha256-y.0.tmp")];
  writeFileSync(old, "x");
  writeFileSync(fresh, "y");
  utimesSync(old, 1000, 1000);
  await new ContentCache(folder).write(digestOf("content"), Buffer.from("content"));
  expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
});

test("tags are remembered by their whole reference", async () => {
  const folder = newFolder();
  const cache = new ContentCache(folder);
  const [one, two] = [digestOf("1"), digestOf("2")];
  expect(await cache.recall("a/b:1")).toBeUndefined();
  await cache.remember("a/b:1", one);
  expect(await new ContentCache(folder).recall("a/b:1")).toBe(one);
  expect(await cache.recall("a/b:2")).toBeUndefined();
  await cache.remember("a/b:1", two);
  expect(await cache.recall("a/b:1")).toBe(two);
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "a/b:1\nsha256:nonsense\n");
  expect(await cache.recall("a/b:1")).toBeUndefined();
});

test("a disk that does not play along makes no failure", async () => {
  const folder = newFolder();
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const place of [file, join(file, "below")]) {
    const cache = new ContentCache(place);
    const content = Buffer.from(`content in ${place}`);
    await cache.write(digestOf("another digest"), content);
    await cache.remember("a:1", digestOf(content));
    expect(await cache.read(digestOf(content))).toBeUndefined();
  }
  if (process.platform === "win32") return;
  chmodSync(folder, 0o500);
  onTestFinished(() => chmodSync(folder, 0o700));
  await new ContentCache(join(folder, "new")).write(digestOf("x"), Buffer.from("x"));
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "llbc-cache-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
