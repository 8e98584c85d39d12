import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { readAttributes, withAttributes } from "../../../src/solver/buildkit/filesync/extended-attributes.ts";
import { encodeStat } from "../../../src/solver/buildkit/filesync/packet.ts";
import { fsutil } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import { tempFolder } from "./rig.ts";

const { signal } = new AbortController();
const none = { path: "a/b", mode: 0o644, size: 3, mtime: 7n, linkname: "", devMajor: 0, devMinor: 0 };

/** A program that prints what getfattr printed of a real folder, and ends as it does where some files have nothing. */
const printed = `# file: .
user.root=0x72

# file: a b/f=1
user.one=0x68c3a46c6c6f202271220a6c696e65

# file: sub/new\\012line\\134
user.x=0x31
com.apple.quarantine=0x30

# file: sub/z
security.capability=0x0100000200040000000000000000000000000000
user.k\\075v=0x

# file: only-apple
com.apple.quarantine=0x30

`;

function putProgram(script: string | undefined): void {
  const bin = join(tempFolder(), "bin");
  mkdirSync(bin);
  if (script !== undefined) {
    writeFileSync(join(bin, "getfattr"), `#!/bin/sh\n${script}`);
    chmodSync(join(bin, "getfattr"), 0o755);
  }
  vi.stubEnv("PATH", script === undefined ? bin : `${bin}:/usr/bin:/bin`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

test.skipIf(process.platform === "win32")("what getfattr prints is read byte by byte", async () => {
  putProgram(`cat <<'END'\n${printed}END\nexit 1\n`);
  const table = await readAttributes(tempFolder(), signal);
  const text = new Map(
    [...table].map(([path, own]) => [path, [...own].map(([name, value]) => `${name}=${value.toString("latin1")}`)]),
  );
  expect(Object.fromEntries(text)).toEqual({
    ".": ["user.root=r"],
    "a b/f=1": [`user.one=${Buffer.from('hällo "q"\nline').toString("latin1")}`],
    "sub/new\nline\\": ["user.x=1"],
    "sub/z": [`security.capability=\u0001\0\0\u0002\0\u0004${"\0".repeat(14)}`, "user.k=v="],
  });
});

test("without the program, it is said what to do", async () => {
  putProgram(undefined);
  await expect(readAttributes(tempFolder(), signal)).rejects.toMatchObject({
    code: "context-unreadable",
    message: expect.stringContaining("getfattr"),
    remedy: expect.stringContaining("attr"),
  });
});

test("a packet with attributes is the packet, and them", () => {
  const long = Buffer.alloc(40_000, 5);
  const packet = withAttributes(
    encodeStat(none),
    new Map([
      ["user.a", Buffer.from([0, 255])],
      ["user.long", long],
    ]),
  );
  const plain = fsutil.Packet.decode(encodeStat(none)).stat;
  const { stat } = fsutil.Packet.decode(packet);
  expect({ ...stat, xattrs: {} }).toEqual({ ...plain, xattrs: {} });
  expect(Object.keys(stat?.xattrs ?? {})).toEqual(["user.a", "user.long"]);
  expect(Buffer.from(stat?.xattrs?.["user.a"] ?? [])).toEqual(Buffer.from([0, 255]));
  expect(Buffer.from(stat?.xattrs?.["user.long"] ?? [])).toEqual(long);
});
