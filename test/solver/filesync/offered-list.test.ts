import fc from "fast-check";
import { expect, test } from "vitest";
import { OfferedList } from "../../../src/solver/buildkit/filesync/offered-list.ts";
import { encodeStat } from "../../../src/solver/buildkit/filesync/packet.ts";
import type { WalkedEntry } from "../../../src/solver/buildkit/filesync/walk.ts";

const GO_SYMLINK = 2 ** 27;
const GO_DIRECTORY = 2 ** 31;
const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((name) => Buffer.from(name).toString("latin1"));
const word = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const entry = fc
  .record({
    path: bytes,
    other: bytes,
    kind: fc.constantFrom("file", "folder", "symlink", "hard link", "socket"),
    permissions: fc.nat(0o777),
    size: fc.maxSafeNat(),
    mtime: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    device: word,
    inode: word,
    hasOtherNames: fc.boolean(),
  })
  .map(
    ({ path, other, kind, permissions, size, mtime, device, inode, hasOtherNames }): WalkedEntry => ({
      path,
      link: kind === "hard link" ? other : undefined,
      stat: {
        mode: permissions + (kind === "folder" ? GO_DIRECTORY : kind === "symlink" ? GO_SYMLINK : 0),
        size,
        mtime,
        target: kind === "symlink" ? other : "",
        devMajor: 0,
        devMinor: 0,
        device,
        inode,
        hasOtherNames,
        isSocket: kind === "socket",
      },
    }),
  );

const listOf = (entries: Iterable<WalkedEntry>) => {
  const list = new OfferedList();
  for (const each of entries) list.add(each);
  return list;
};

const digestOf = (entries: Iterable<WalkedEntry>) => Buffer.concat([...listOf(entries).identity()]).toString("hex");

function framed({ path, stat, link }: WalkedEntry): Buffer {
  const packet = encodeStat({ ...stat, path, linkname: link ?? stat.target });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(packet.length, 1);
  return Buffer.concat([head, packet]);
}

test("what is kept of entries is what they are, and what is sent of them", () => {
  fc.assert(
    fc.property(fc.array(fc.array(entry, { maxLength: 12 }), { maxLength: 40 }), (bursts) => {
      const list = new OfferedList();
      const sent: Uint8Array[] = [];
      for (const burst of bursts) {
        for (const each of burst) list.add(each);
        sent.push(...list.fresh());
      }
      const all = bursts.flat();
      expect([...list]).toEqual(all.map(({ path, link, stat }) => ({ path, link, stat })));
      expect(Buffer.concat(sent).equals(Buffer.concat(all.map(framed)))).toBe(true);
      expect([...list.fresh()]).toEqual([]);
    }),
  );
});

test("lists that fill many pieces of memory are kept and sent whole", () => {
  const [sample] = fc.sample(entry, 1);
  if (sample === undefined) throw new Error("no sample");
  const all = Array.from({ length: 5000 }, (_, index) => ({ ...sample, path: `${"folder/".repeat(5)}${index}` }));
  const long = { ...sample, path: "x".repeat(100_000) };
  const list = listOf([...all, long, ...all]);
  expect(list.length).toBe(10_001);
  expect([list.at(4999).path, list.at(5000).path, list.at(5001).path]).toEqual([
    all[4999]?.path,
    long.path,
    all[0]?.path,
  ]);
  const sent = [...list.fresh()];
  expect(sent.length).toBeGreaterThan(2);
  expect(Buffer.concat(sent).equals(Buffer.concat([...all, long, ...all].map(framed)))).toBe(true);
});

test("files alone can be asked for", () => {
  const kinds = fc.sample(entry, 200);
  const list = listOf(kinds);
  for (const [id, { stat }] of kinds.entries()) expect(list.isFile(id)).toBe(stat.mode < GO_SYMLINK);
  for (const id of [-1, 200, 0.5]) expect(list.isFile(id)).toBe(false);
  expect(() => list.at(200)).toThrow(RangeError);
});

test("lists are equal when all entries are, inodes included, wherever the device is", () => {
  const entries = fc.sample(entry, 20);
  const changed = (change: Partial<WalkedEntry["stat"]>) =>
    entries.map((each, index) => (index === 7 ? { ...each, stat: { ...each.stat, ...change } } : each));
  const [seventh] = entries.slice(7);
  if (seventh === undefined) throw new Error("no sample");
  expect(digestOf(changed({ device: seventh.stat.device ^ 1n }))).toBe(digestOf(entries));
  expect(digestOf(changed({ inode: seventh.stat.inode ^ 1n }))).not.toBe(digestOf(entries));
  expect(digestOf(changed({ mtime: seventh.stat.mtime ^ 1n }))).not.toBe(digestOf(entries));
  expect(digestOf(entries.slice(1))).not.toBe(digestOf(entries));
});
