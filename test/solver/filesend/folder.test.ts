import { spawnSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Metadata, status } from "@grpc/grpc-js";
import { expect, onTestFinished, test, vi } from "vitest";
import { fileSend } from "../../../src/solver/buildkit/filesend/file-send.ts";
import { withAttributes } from "../../../src/solver/buildkit/filesync/extended-attributes.ts";
import {
  dataRoom,
  decodePacket,
  encodeError,
  encodeStat,
  endOfStats,
  finishPacket,
  type Packet,
  putDataHead,
  type Stat,
} from "../../../src/solver/buildkit/filesync/packet.ts";
import { temporaryName } from "../../../src/temporary-names.ts";
import { startRig, tempFolder, type WorkerCall } from "../filesync/rig.ts";

const FOLDER = 2 ** 31 + 0o755;
const LINK = 2 ** 27 + 0o777;
const entry = (path: string, more: Partial<Stat> = {}): Stat => ({
  path,
  mode: 0o644,
  size: 0,
  mtime: 1_700_000_000_000_000_000n,
  linkname: "",
  devMajor: 0,
  devMinor: 0,
  ...more,
});
const folder = (path: string) => entry(path, { mode: FOLDER });
const link = (path: string, linkname: string) => entry(path, { mode: LINK, linkname });

function data(id: number, text: string): Buffer {
  const buffer = Buffer.alloc(dataRoom + Buffer.byteLength(text));
  buffer.write(text, dataRoom);
  return buffer.subarray(putDataHead(buffer, dataRoom, Buffer.byteLength(text), id));
}

/** A worker that exports to a folder: sends the entries and, when asked, contents made from the place in the list. */
function worker(
  call: WorkerCall,
  entries: readonly Stat[],
  answer: (id: number) => Buffer[] = (id) => contents(entries, id),
) {
  const heard: Packet[] = [];
  call.stream.on("data", (bytes: Buffer) => {
    const packet = decodePacket(bytes);
    heard.push(packet);
    if (packet.kind === "request") for (const message of answer(packet.id)) call.stream.write(message);
    if (packet.kind === "finish") {
      call.stream.write(finishPacket);
      call.stream.end();
    }
  });
  for (const one of entries) call.stream.write(packetOf(one));
  call.stream.write(endOfStats);
  return heard;
}

function packetOf(stat: Stat): Buffer {
  return stat.attributes === undefined ? encodeStat(stat) : withAttributes(encodeStat(stat), stat.attributes);
}

/** As many bytes as were listed. */
function contents(entries: readonly Stat[], id: number): Buffer[] {
  const size = entries[id]?.size ?? 0;
  return size === 0 ? [data(id, "")] : [data(id, "x".repeat(size)), data(id, "")];
}

async function exportTo(target: string, entries: readonly Stat[], answer?: (id: number) => Buffer[]) {
  const rig = await startRig();
  const notes: string[] = [];
  const options = { targets: new Map([[0, { kind: "folder", path: target } as const]]) };
  const send = fileSend({ ...options, onNote: (note) => notes.push(note) }, rig.context);
  await rig.serve(send);
  const call = rig.call("FileSend", new Metadata());
  const heard = worker(call, entries, answer);
  const ended = await call.ended;
  await send.close?.();
  return { ended, heard, notes, reported: rig.reported };
}

test("an export merges: it replaces what it has and leaves the rest", async () => {
  const target = tempFolder();
  mkdirSync(join(target, "both/stays"), { recursive: true });
  writeFileSync(join(target, "both/old"), "old");
  writeFileSync(join(target, "both/replaced"), "old");
  chmodSync(join(target, "both"), 0o500);
  const before = statSync(join(target, "both/replaced")).ino;
  const { ended } = await exportTo(target, [
    folder("both"),
    entry("both/new", { size: 3 }),
    entry("both/replaced", { size: 5, mode: 2 ** 23 + 0o711 }),
  ]);
  expect(ended.code).toBe(status.OK);
  expect(readdirSync(join(target, "both"))).toEqual(["new", "old", "replaced", "stays"]);
  expect(readFileSync(join(target, "both/replaced"), "utf8")).toBe("xxxxx");
  const after = statSync(join(target, "both/replaced"));
  expect([after.mode & 0o7777, after.mtimeMs, after.ino === before]).toEqual([0o711, 1_700_000_000_000, false]);
  const both = statSync(join(target, "both"));
  expect([both.mode & 0o7777, both.mtimeMs]).toEqual([0o755, 1_700_000_000_000]);
});

test("kinds give way to each other", async () => {
  const target = tempFolder();
  mkdirSync(join(target, "a/inner"), { recursive: true });
  writeFileSync(join(target, "b"), "file");
  mkdirSync(join(target, "c/inner"), { recursive: true });
  const { ended } = await exportTo(target, [entry("a", { size: 1 }), folder("b"), entry("b/x"), link("c", "b")]);
  expect(ended.code).toBe(status.OK);
  expect(readFileSync(join(target, "a"), "utf8")).toBe("x");
  expect(readdirSync(join(target, "b"))).toEqual(["x"]);
  expect(readlinkSync(join(target, "c"))).toBe("b");
});

test("links that are in the target already are replaced, never followed", async () => {
  const outside = tempFolder();
  const target = tempFolder();
  writeFileSync(join(outside, "file"), "mine");
  symlinkSync(outside, join(target, "dir"));
  symlinkSync(join(outside, "file"), join(target, "file"));
  const { ended } = await exportTo(target, [folder("dir"), entry("dir/file", { size: 4 }), entry("file", { size: 4 })]);
  expect(ended.code).toBe(status.OK);
  expect(lstatSync(join(target, "dir")).isDirectory()).toBe(true);
  expect(readFileSync(join(target, "file"), "utf8")).toBe("xxxx");
  expect(readFileSync(join(outside, "file"), "utf8")).toBe("mine");
  expect(readdirSync(outside)).toEqual(["file"]);
});

test("the target itself may be a link", async () => {
  const real = tempFolder();
  const target = join(tempFolder(), "link");
  symlinkSync(real, target);
  expect((await exportTo(target, [entry("file")])).ended.code).toBe(status.OK);
  expect(readdirSync(real)).toEqual(["file"]);
});

test.each([
  ["leads up", [entry("../x")]],
  ["is absolute", [entry("/x")]],
  ["goes through a folder's parent", [folder("a"), entry("a/../../x")]],
  ["has a dot", [entry("./x")]],
  ["is empty", [entry("")]],
  ["has an empty part", [folder("a"), entry("a//x")]],
  ["has a NUL", [entry("a\0b")]],
  ["is in a folder that is not there", [entry("a/x")]],
  ["is in a link", [link("a", "/tmp"), entry("a/x")]],
  ["is in a file", [entry("a"), entry("a/x")]],
  ["comes out of order", [entry("b"), entry("a")]],
  ["comes twice", [entry("a"), entry("a")]],
  ["comes after its folder was left", [folder("a"), folder("b"), entry("a/x")]],
  ["is a hard link to nothing", [entry("b", { linkname: "../../etc/passwd" })]],
  ["is a hard link to a link", [link("a", "/etc/passwd"), entry("b", { linkname: "a" })]],
])("an entry whose path %s is refused", async (_, entries) => {
  const around = tempFolder();
  const target = join(around, "target");
  const { ended, heard, reported } = await exportTo(target, entries);
  expect(ended.code).toBe(status.UNKNOWN);
  expect(reported).toMatchObject([{ code: "export-failed" }]);
  expect(heard.at(-1)?.kind).toBe("error");
  expect(readdirSync(around)).toEqual(["target"]);
});

test("hard links are one file", async () => {
  const target = tempFolder();
  writeFileSync(join(target, "z"), "old");
  const entries = [
    entry("a", { size: 2 }),
    folder("b"),
    entry("b/c", { size: 2, linkname: "a" }),
    entry("z", { size: 2, linkname: "a" }),
  ];
  expect((await exportTo(target, entries)).ended.code).toBe(status.OK);
  const inodes = ["a", "b/c", "z"].map((path) => statSync(join(target, path)).ino);
  expect(new Set(inodes).size).toBe(1);
});

test("contents of another length than listed, or that nobody asked for, fail the export", async () => {
  for (const answer of [
    (id: number) => [data(id, "short"), data(id, "")],
    (id: number) => [data(id + 1, "x")],
    (id: number) => [encodeStat(entry("late")), data(id, "")],
  ]) {
    const target = tempFolder();
    const { ended, reported } = await exportTo(target, [entry("file", { size: 6 })], answer);
    expect(ended.code).toBe(status.UNKNOWN);
    expect(reported).toMatchObject([{ code: "export-failed" }]);
    expect(readdirSync(target)).toEqual([]);
  }
});

test("what was under way when the worker gave up is gone; what was whole stays", async () => {
  const target = tempFolder();
  const big = 400 * 1024;
  const { ended, reported, heard } = await exportTo(
    target,
    [entry("a", { size: 1 }), entry("b", { size: big })],
    (id) => (id === 0 ? [data(0, "x"), data(0, "")] : [data(1, "x".repeat(big - 1)), encodeError("the disk broke")]),
  );
  expect(ended).toEqual({ code: status.UNKNOWN, details: "the disk broke" });
  expect(readdirSync(target)).toEqual(["a"]);
  expect(reported).toEqual([]);
  expect(heard.some((packet) => packet.kind === "error")).toBe(false);
});

test.runIf(process.platform === "linux")("what an export left that was killed is gone after the next one", async () => {
  const target = tempFolder();
  const folders = ["", "inner", "not in the export"];
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const left = temporaryName().replace(`-${process.pid}-`, `-${pid}-`);
  const underWay = temporaryName();
  for (const each of folders) {
    mkdirSync(join(target, each), { recursive: true });
    for (const name of [left, underWay]) writeFileSync(join(target, each, name), "half");
  }
  expect(await exportTo(target, [folder("inner"), entry("inner/file")])).toMatchObject({ ended: { code: status.OK } });
  const found = folders.map((each) => readdirSync(join(target, each)).filter((name) => name.startsWith(".")));
  expect(found).toEqual([[underWay], [underWay], [left, underWay].sort()]);
});

test("a cancelled export leaves nothing half-written", async () => {
  for (const who of ["worker", "job"]) {
    const target = tempFolder();
    const rig = await startRig();
    const send = fileSend({ targets: new Map([[0, { kind: "folder", path: target }]]) }, rig.context);
    await rig.serve(send);
    const call = rig.call("FileSend", new Metadata());
    const asked = new Promise<void>((resolve) => {
      worker(call, [entry("a", { size: 10 << 20 }), entry("b", { size: 1 })], (id) => {
        if (id === 1) setImmediate(resolve);
        return [data(id, "x".repeat(300 * 1024))];
      });
    });
    await asked;
    if (who === "worker") call.stream.cancel();
    else rig.job.abort();
    await call.ended;
    await send.close?.();
    expect(readdirSync(target)).toEqual([]);
    expect(rig.reported).toEqual([]);
  }
});

test("an export of several platforms into one folder: theirs may meet in folders, but no link may take one's place", async () => {
  const outside = tempFolder();
  const target = tempFolder();
  const rig = await startRig();
  const send = fileSend({ targets: new Map([[0, { kind: "folder", path: target }]]) }, rig.context);
  await rig.serve(send);
  const good = rig.call("FileSend", new Metadata());
  const asked = new Promise<void>((resolve) => {
    worker(good, [folder("dir"), entry("dir/file", { size: 4 })], () => {
      resolve();
      return [];
    });
  });
  await asked;
  const bad = rig.call("FileSend", new Metadata());
  worker(bad, [link("dir", outside)]);
  expect((await bad.ended).code).toBe(status.UNKNOWN);
  expect(rig.reported).toMatchObject([{ code: "export-failed", message: expect.stringContaining("on one platform") }]);
  good.stream.write(data(1, "text"));
  good.stream.write(data(1, ""));
  expect((await good.ended).code).toBe(status.OK);
  expect(readFileSync(join(target, "dir/file"), "utf8")).toBe("text");
  expect(readdirSync(outside)).toEqual([]);
});

test.runIf(process.platform !== "win32")("pipes are made", async () => {
  const target = tempFolder();
  const { ended } = await exportTo(target, [entry("pipe", { mode: 2 ** 25 + 0o640 })]);
  expect(ended.code).toBe(status.OK);
  const pipe = lstatSync(join(target, "pipe"));
  expect([pipe.isFIFO(), pipe.mode & 0o777, pipe.mtimeMs]).toEqual([true, 0o640, 1_700_000_000_000]);
});

test.each([
  ["a character device", { mode: 2 ** 26 + 2 ** 21 + 0o666, devMajor: 1, devMinor: 3 }],
  ["a block device", { mode: 2 ** 26 + 0o666, devMajor: 8, devMinor: 0 }],
])("%s is refused", async (_, device) => {
  const target = tempFolder();
  const { ended, reported } = await exportTo(target, [entry("device", device)]);
  expect(ended.code).toBe(status.UNKNOWN);
  expect(reported).toMatchObject([{ code: "export-failed", message: expect.stringContaining('"device"') }]);
  expect(readdirSync(target)).toEqual([]);
});

test("a program does not run as its owner here, who is another one", async () => {
  const target = tempFolder();
  const bits = { setuid: 2 ** 23, setgid: 2 ** 22, sticky: 2 ** 20 };
  const entries = Object.entries(bits).map(([name, bit]) => entry(name, { size: 1, mode: bit + 0o755 }));
  expect(
    (
      await exportTo(
        target,
        [...entries].sort((a, b) => (a.path < b.path ? -1 : 1)),
      )
    ).ended.code,
  ).toBe(status.OK);
  const modes = Object.keys(bits).map((name) => statSync(join(target, name)).mode & 0o7777);
  expect(modes).toEqual([0o755, 0o755, 0o1755]);
});

test("a target that cannot be made is told of", async () => {
  const file = join(tempFolder(), "file");
  writeFileSync(file, "");
  const { reported } = await exportTo(join(file, "target"), [entry("a")]);
  expect(reported).toMatchObject([
    { code: "export-failed", message: expect.stringContaining("a part of its path is not a folder") },
  ]);
});

const attributes = new Map([
  ["user.k=v", Buffer.from([0, 255])],
  ["user.empty", Buffer.alloc(0)],
  ["security.capability", Buffer.from("power")],
  ["trusted.overlay.opaque", Buffer.from("y")],
  ["user.a\n# file: /etc/passwd\nuser.b", Buffer.from("1")],
]);

/** What a program of that name gets on its standard input, in the folder that is handed back. */
function putProgram(script: string): string {
  const bin = tempFolder();
  writeFileSync(join(bin, "setfattr"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv("PATH", `${bin}:/usr/bin:/bin`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return bin;
}

test.runIf(process.platform !== "win32")(
  "attributes of users are set, whatever their names, and no others",
  async () => {
    const bin = putProgram(`echo "$@" > "$0.args"; cat > "$0.input"; stat -c %a "$(cat "$0.look")" > "$0.mode"`);
    const target = realpathSync(tempFolder());
    writeFileSync(join(bin, "setfattr.look"), join(target, "d/a b"));
    const { ended, notes } = await exportTo(target, [
      entry("d", { mode: FOLDER, attributes: new Map([["user.d", Buffer.from("1")]]) }),
      entry("d/\n\u00e9\\", { size: 1, attributes: new Map([["user.x", Buffer.from("2")]]) }),
      entry("d/a b", { size: 1, mode: 0o444, attributes }),
      entry("d/link", { mode: LINK, linkname: "/etc/passwd", attributes }),
      entry("d/none", { attributes: new Map([["security.selinux", Buffer.from("x")]]) }),
    ]);
    expect(ended.code).toBe(status.OK);
    expect(notes).toEqual([]);
    expect(readFileSync(join(bin, "setfattr.args"), "utf8")).toBe("-h --restore=-\n");
    const root = target.replace(/[^A-Za-z0-9/._-]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
    expect(readFileSync(join(bin, "setfattr.input"), "utf8").split("\n")).toEqual([
      `# file: ${root}/d`,
      "user.d=0x31",
      "",
      `# file: ${root}/d/\\012\\351\\134`,
      "user.x=0x32",
      "",
      `# file: ${root}/d/a\\040b`,
      "user.k\\075v=0x00ff",
      "user.empty=0x",
      "user.a\\012\\043\\040file\\072\\040/etc/passwd\\012user.b=0x31",
      "",
      "",
    ]);
    // Its owner may write to it only as long as that is needed.
    expect(readFileSync(join(bin, "setfattr.mode"), "utf8")).toBe("644\n");
    expect(statSync(join(target, "d/a b")).mode & 0o777).toBe(0o444);
  },
);

test("an export is there also where its attributes cannot be set, and it is said", async () => {
  const target = tempFolder();
  const entries = [entry("a", { size: 1, attributes }), entry("b", { size: 1, attributes })];
  if (process.platform !== "win32") {
    putProgram("cat > /dev/null; exit 1");
    const { ended, notes } = await exportTo(target, entries);
    expect([ended.code, notes]).toEqual([status.OK, [expect.stringContaining("could be set")]]);
    putProgram("exit 1");
    const large = new Map([["user.large", Buffer.alloc(60_000)]]);
    const many = Array.from({ length: 5 }, (_, at) => entry(`f${at}`, { attributes: large }));
    expect((await exportTo(target, many)).notes).toEqual(notes);
  }
  vi.stubEnv("PATH", target);
  const { ended, notes } = await exportTo(target, entries);
  expect([ended.code, notes]).toEqual([status.OK, [expect.stringContaining("setfattr")]]);
  expect(readFileSync(join(target, "b"), "utf8")).toBe("x");
});

test("attributes without end are refused", async () => {
  const target = tempFolder();
  const large = new Map(Array.from({ length: 40 }, (_, at) => [`user.${at}`, Buffer.alloc(60_000)]));
  const { ended, reported } = await exportTo(
    target,
    Array.from({ length: 8 }, (_, at) => entry(`f${at}`, { attributes: large })),
  );
  expect(ended.code).toBe(status.UNKNOWN);
  expect(reported).toMatchObject([{ message: expect.stringContaining("too many extended attributes") }]);
});
