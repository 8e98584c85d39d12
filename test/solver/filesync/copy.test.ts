import { chmodSync, linkSync, mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { copyTree, describeTree, tempFolder } from "./rig.ts";

test("a tree arrives as it was sent: modes, times, links, names", async () => {
  const from = tempFolder();
  mkdirSync(join(from, "a/b/c"), { recursive: true });
  mkdirSync(join(from, "a-b"));
  mkdirSync(join(from, "empty"));
  writeFileSync(join(from, "a/b/c/deep"), "deep");
  writeFileSync(join(from, "a/zero"), "");
  writeFileSync(join(from, "a-b/x"), "x".repeat(100_000));
  writeFileSync(join(from, "größe ☃"), Buffer.alloc(3_000_000, 7));
  writeFileSync(Buffer.concat([Buffer.from(`${from}/bytes-`), Buffer.from([0xff, 0xfe])]), "not UTF-8");
  writeFileSync(join(from, "tool"), "#!/bin/sh\n");
  chmodSync(join(from, "tool"), 0o4755);
  chmodSync(join(from, "a"), 0o1777);
  chmodSync(join(from, "a/b"), 0o500);
  symlinkSync("a/b/c/deep", join(from, "link"));
  symlinkSync("/nowhere/at/all", join(from, "dangling"));
  linkSync(join(from, "a/b/c/deep"), join(from, "a-b/hard"));
  writeFileSync(join(from, "sparse"), "");
  truncateSync(join(from, "sparse"), 5_000_000);
  utimesSync(join(from, "a/zero"), new Date(-86_400_001), new Date(-86_400_001));
  utimesSync(join(from, "empty"), 1_000_000_000.25, 1_000_000_000.25);
  const to = join(tempFolder(), "made/on/the/way");

  const copied = await copyTree({ kind: "folder", path: from }, to);

  expect(copied.reported).toEqual([]);
  expect([copied.sender.code, copied.receiver.code]).toEqual([0, 0]);
  expect(describeTree(to)).toEqual(describeTree(from, { received: true }));
  const modes = new Map(copied.stats.map((stat) => [stat.path, stat.mode]));
  expect([modes.get("tool"), modes.get("a")]).toEqual([2 ** 23 + 0o755, 2 ** 31 + 2 ** 20 + 0o777]);
  expect(copied.stats.map((stat) => stat.path).slice(0, 6)).toEqual([
    "a",
    "a/b",
    "a/b/c",
    "a/b/c/deep",
    "a/zero",
    "a-b",
  ]);
});
