import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { diskTree } from "../../../src/solver/buildkit/filesync/disk-tree.ts";
import { selectFrom } from "../../../src/solver/buildkit/filesync/selection.ts";
import { walkTree } from "../../../src/solver/buildkit/filesync/walk.ts";
import { copyTree, describeTree, tempFolder } from "./rig.ts";

const name = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom("a", "b", "a-b", "a.b", "A", "ab", "ü", "☃", " ", "-", "a\nb", "%41", "__proto__"),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 5 })
      .filter((text) => /^[^/\0]+$/.test(text) && !/^\.{1,2}$/.test(text)),
  },
);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const mode = fc.nat(0o7777);
const time = fc.integer({ min: 0, max: 2_000_000_000_000 });
const size = fc.oneof(fc.nat(100), fc.constantFrom(65_535, 65_536, 65_537, 524_288, 1_100_000));

const entry = fc.oneof(
  fc.record({ kind: fc.constant("folder" as const), path, mode, time }),
  fc.record({ kind: fc.constant("file" as const), path, mode, time, size, fill: fc.nat(255), sparse: fc.boolean() }),
  fc.record({
    kind: fc.constant("link" as const),
    path,
    target: fc.oneof(path, fc.constantFrom("..", "/", "../../x")),
  }),
  fc.record({ kind: fc.constant("hard link" as const), path, to: fc.nat() }),
);
type Entry = typeof entry extends fc.Arbitrary<infer T> ? T : never;

/** Makes as much of a random list as fits into one tree. */
function make(root: string, entries: readonly Entry[]): void {
  const files: string[] = [];
  const modes: (() => void)[] = [];
  for (const one of entries) {
    const place = join(root, one.path);
    try {
      mkdirSync(dirname(place), { recursive: true });
      if (one.kind === "folder") {
        mkdirSync(place);
        modes.unshift(
          () => chmodSync(place, one.mode | 0o500),
          () => utimesSync(place, one.time / 1000, one.time / 1000),
        );
      } else if (one.kind === "file") {
        writeFileSync(place, Buffer.alloc(one.sparse ? 0 : one.size, one.fill), { flag: "wx" });
        if (one.sparse) truncateSync(place, one.size);
        chmodSync(place, one.mode | 0o400);
        utimesSync(place, one.time / 1000, one.time / 1000);
        files.push(place);
      } else if (one.kind === "link") {
        symlinkSync(one.target, place);
      } else {
        const to = files[one.to % files.length];
        if (to !== undefined) linkSync(to, place);
      }
    } catch {
      // A file stands where a folder would have to, or the name is taken.
    }
  }
  for (const set of modes) set();
}

test("what arrives equals what was sent, whatever it is", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 25 }), async (entries) => {
      const from = tempFolder();
      const to = tempFolder();
      make(from, entries);
      const copied = await copyTree({ kind: "folder", path: from }, to);
      expect([copied.sender.code, copied.receiver.code, copied.reported]).toEqual([0, 0, []]);
      expect(describeTree(to)).toEqual(describeTree(from, { received: true }));
      for (const folder of [from, to]) rmSync(folder, { recursive: true });
    }),
    { numRuns: 25 },
  );
});

const part = fc.oneof(
  name.filter((text) => !/[\\[\]*?^]/.test(text)),
  fc.constantFrom("*", "**", "a*", "?"),
);
const pattern = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
const printable = pattern.filter(
  (text) => /^[\x20-\x7e]*$|[^\0-\x7f]/.test(text) && text.trim() === text && text !== "" && !text.includes("\n"),
);

test("what arrives of a selection is what the walk selects", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { minLength: 1, maxLength: 25 }),
      fc.array(printable, { maxLength: 3 }),
      fc.array(printable, { maxLength: 3 }),
      fc.array(printable, { maxLength: 2 }),
      async (entries, includePatterns, excludePatterns, followPaths) => {
        const from = tempFolder();
        const to = tempFolder();
        make(from, entries);
        const lists = {
          "include-patterns": includePatterns,
          "exclude-patterns": excludePatterns,
          followpaths: followPaths,
        };
        const tree = diskTree(from);
        const selected = [...walkTree(tree, selectFrom(tree, { includePatterns, excludePatterns, followPaths }))];
        const copied = await copyTree({ kind: "folder", path: from }, to, lists);
        expect([copied.sender.code, copied.receiver.code, copied.reported]).toEqual([0, 0, []]);
        expect([...describeTree(to).keys()].sort()).toEqual(selected.map((one) => one.path).sort());
        for (const folder of [from, to]) rmSync(folder, { recursive: true });
      },
    ),
    { numRuns: 25 },
  );
});
