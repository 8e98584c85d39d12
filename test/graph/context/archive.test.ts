import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { describe, expect, test } from "vitest";
import { isArchive, newestFileTime } from "../../../src/graph/context/archive.ts";

interface Entry {
  readonly name: string;
  readonly mtime: Date;
  readonly type?: "directory" | "symlink" | "link";
  readonly linkname?: string;
  /** tar-stream writes these records in front of the entry, though its types do not know them. */
  readonly pax?: Readonly<Record<string, string>>;
}

async function tar(...entries: readonly Entry[]): Promise<Buffer> {
  const stream = pack();
  for (const entry of entries) {
    if (entry.type === undefined) stream.entry(entry, "x");
    else stream.entry(entry);
  }
  stream.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

const seconds = (value: number) => new Date(value * 1000);
const nanoseconds = (value: number) => ({ nanoseconds: BigInt(value) * 1_000_000_000n, offset: 0 });

describe("telling an archive from its first bytes", () => {
  test.each([
    ["gzip", [0x1f, 0x8b, 8, 0], true],
    ["bzip2", [0x42, 0x5a, 0x68], true],
    ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], true],
    ["a Dockerfile", [...Buffer.from("FROM scratch\n".repeat(100))], false],
    ["nothing", [], false],
    ["zeros", new Array<number>(1024).fill(0), false],
    ["zstd, which workers do not unpack", [0x28, 0xb5, 0x2f, 0xfd], false],
  ])("%s", (_, bytes, expected) => {
    expect(isArchive(Uint8Array.from(bytes))).toBe(expected);
  });

  test("a tar, unless its first entry does not fit in", async () => {
    const plain = await tar({ name: "a", mtime: seconds(5) });
    expect(isArchive(plain.subarray(0, 1024))).toBe(true);
    const long = await tar({ name: "a", mtime: seconds(5), pax: { comment: "x" } });
    expect(isArchive(long)).toBe(true);
    expect(isArchive(long.subarray(0, 1024))).toBe(false);
    const broken = Buffer.from(plain);
    broken[0] = 0x62;
    expect(isArchive(broken.subarray(0, 1024))).toBe(false);
  });
});

describe("the newest file", () => {
  test("folders and links do not count, hard links do", async () => {
    const archive = await tar(
      { name: "old", mtime: seconds(100) },
      { name: "dir", type: "directory", mtime: seconds(900) },
      { name: "link", type: "symlink", linkname: "old", mtime: seconds(800) },
    );
    expect(await newestFileTime(archive)).toEqual(nanoseconds(100));
    expect(await newestFileTime(gzipSync(archive))).toEqual(nanoseconds(100));
    const hard = await tar(
      { name: "a", mtime: seconds(1) },
      { name: "b", type: "link", linkname: "a", mtime: seconds(7) },
    );
    expect(await newestFileTime(hard)).toEqual(nanoseconds(7));
  });

  test("pax records win over the header", async () => {
    const archive = await tar(
      { name: "a", mtime: seconds(100), pax: { mtime: "200.5" } },
      { name: "b", mtime: seconds(150) },
    );
    expect(await newestFileTime(archive)).toEqual({ nanoseconds: 200_500_000_000n, offset: 0 });
  });

  test("long names do not get in the way", async () => {
    expect(await newestFileTime(await tar({ name: "n".repeat(300), mtime: seconds(3) }))).toEqual(nanoseconds(3));
  });

  test("no file, no archive, half an archive: no time", async () => {
    expect(await newestFileTime(await tar({ name: "d", type: "directory", mtime: seconds(1) }))).toBeUndefined();
    expect(await newestFileTime(Buffer.from("plain text"))).toBeUndefined();
    expect(await newestFileTime(new Uint8Array())).toBeUndefined();
    const archive = await tar({ name: "a", mtime: seconds(1) }, { name: "b", mtime: seconds(2) });
    expect(await newestFileTime(archive.subarray(0, 1300))).toBeUndefined();
    expect(await newestFileTime(gzipSync(archive).subarray(0, 30))).toBeUndefined();
  });
});
