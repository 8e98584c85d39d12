import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import type { LocalSource } from "../../../src/solver/buildkit/attachable.ts";
import { fileSync } from "../../../src/solver/buildkit/filesync/file-sync.ts";
import {
  decodePacket,
  encodeError,
  encodeRequest,
  finishPacket,
  type Packet,
} from "../../../src/solver/buildkit/filesync/packet.ts";
import { type Ending, type Rig, startRig, syncMetadata, tempFolder, type WorkerCall } from "./rig.ts";

async function serve(path: string, name = "context"): Promise<Rig> {
  const rig = await startRig();
  const source: LocalSource = { kind: "folder", path };
  await rig.serve(fileSync({ sources: new Map([[name, source]]) }, rig.context));
  return rig;
}

/** Reads packets until one that the test waits for; what came is kept. */
function reader(call: WorkerCall) {
  const packets: Packet[] = [];
  const iterator = call.stream.iterator({ destroyOnReturn: false });
  return {
    packets,
    async until(found: (packet: Packet) => boolean): Promise<void> {
      for (;;) {
        const { value, done } = await iterator.next();
        if (done) throw new Error("the stream ended");
        const packet = decodePacket(value);
        packets.push(packet);
        if (found(packet)) return;
      }
    },
    /** Reads to the end, so that the call can end. */
    async rest(): Promise<Ending> {
      try {
        for (let next = await iterator.next(); !next.done; next = await iterator.next())
          packets.push(decodePacket(next.value));
      } catch {
        // How it ends is in the status.
      }
      return call.ended;
    },
  };
}

const isEndOfList = (packet: Packet) => packet.kind === "stat" && packet.stat === undefined;
const isError = (packet: Packet) => packet.kind === "error";

/** Lists a folder with one file, lets the test change it, asks for it, and gives back what the worker and we are told. */
async function askAfter(change: (path: string) => void, size = 10) {
  const folder = tempFolder();
  const path = join(folder, "file");
  writeFileSync(path, "x".repeat(size));
  const rig = await serve(folder);
  const call = rig.call("FileSync", syncMetadata("context"));
  const { until, rest, packets } = reader(call);
  await until(isEndOfList);
  change(path);
  call.stream.write(encodeRequest(0));
  const ended = await rest();
  const data = packets.filter((packet) => packet.kind === "data");
  return { error: packets.at(-1), ended, reported: rig.reported, data };
}

test.each([
  ["written to", (path: string) => appendFileSync(path, "y")],
  ["cut", (path: string) => truncateSync(path, 5)],
  ["touched", (path: string) => utimesSync(path, 1, 1)],
  ["removed", (path: string) => rmSync(path)],
  ["replaced by a folder", (path: string) => [rmSync(path), mkdirSync(path)]],
  ["replaced by a link", (path: string) => [rmSync(path), symlinkSync("/etc/passwd", path)]],
  ["replaced by a pipe", (path: string) => [rmSync(path), execFileSync("mkfifo", [path])]],
])("a file that was %s since it was listed fails the build by its name", async (_, change) => {
  const { error, ended, reported, data } = await askAfter(change);
  expect(reported).toMatchObject([
    { code: "context-changed", message: expect.stringContaining('"file" in the local source "context"') },
  ]);
  expect(error).toMatchObject({ message: reported[0]?.message });
  expect(ended.code).toBe(status.UNKNOWN);
  expect(data).toEqual([]);
});

test("a file in a folder that became a link out of the context is not read", async () => {
  const folder = tempFolder();
  const outside = tempFolder();
  mkdirSync(join(folder, "dir"));
  writeFileSync(join(folder, "dir/file"), "inside");
  const rig = await serve(folder);
  const call = rig.call("FileSync", syncMetadata("context"));
  const { until, packets } = reader(call);
  await until(isEndOfList);
  writeFileSync(join(outside, "file"), "secret");
  execFileSync("touch", ["-r", join(folder, "dir/file"), join(outside, "file")]);
  renameSync(join(folder, "dir"), join(folder, "was"));
  symlinkSync(outside, join(folder, "dir"));
  call.stream.write(encodeRequest(1));
  await until(isError);
  expect(rig.reported).toMatchObject([{ code: "context-changed" }]);
  expect(packets.filter((packet) => packet.kind === "data")).toEqual([]);
});

test("a large file that changes while it is read is never taken for whole", async () => {
  const folder = tempFolder();
  const path = join(folder, "file");
  writeFileSync(path, "");
  truncateSync(path, 64 << 20);
  const rig = await serve(folder);
  const call = rig.call("FileSync", syncMetadata("context"));
  const { until, rest, packets } = reader(call);
  await until(isEndOfList);
  call.stream.write(encodeRequest(0));
  await until((packet) => packet.kind === "data");
  truncateSync(path, 1 << 20);
  await rest();
  expect(rig.reported).toMatchObject([{ code: "context-changed" }]);
  expect(packets.some((packet) => packet.kind === "data" && packet.data.length === 0)).toBe(false);
});

test("a context that is missing or no folder is told of", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "file"), "");
  for (const [name, reason] of [
    ["missing", "it does not exist"],
    ["file", "a part of its path is not a folder"],
  ] as const) {
    const rig = await serve(join(folder, name));
    const call = rig.call("FileSync", syncMetadata("context"));
    await reader(call).until(isError);
    expect(rig.reported).toMatchObject([{ code: "context-unreadable", message: expect.stringContaining(reason) }]);
  }
});

// Not even root may read this one; elsewhere, whoever is not root is kept out by permissions.
const closed = existsSync("/sys/bus/cpu/uevent") ? "/sys/bus/cpu" : undefined;

test.runIf(closed !== undefined || process.getuid?.() !== 0)(
  "a file that may not be read is told of by name",
  async () => {
    const folder = closed ?? tempFolder();
    if (closed === undefined) writeFileSync(join(folder, "uevent"), "x", { mode: 0 });
    const rig = await serve(folder);
    const call = rig.call("FileSync", syncMetadata("context", { "include-patterns": ["uevent"] }));
    const { until, rest, packets } = reader(call);
    await until(isEndOfList);
    expect(packets.map((packet) => packet.kind === "stat" && packet.stat?.path)).toEqual(["uevent", undefined]);
    call.stream.write(encodeRequest(0));
    expect((await rest()).code).toBe(status.UNKNOWN);
    const message = expect.stringMatching(/^cannot read "uevent" in the local source "context" .*: permission denied$/);
    expect(rig.reported).toMatchObject([{ code: "context-unreadable", message }]);
  },
);

test("another name is none of ours: NOT_FOUND, and nothing to report", async () => {
  const rig = await serve(tempFolder());
  const call = rig.call("FileSync", syncMetadata("__proto__"));
  call.stream.resume();
  expect(await call.ended).toEqual({ code: status.NOT_FOUND, details: 'there is no local source named "__proto__"' });
  expect(rig.reported).toEqual([]);
});

test("a broken pattern is told of", async () => {
  const rig = await serve(tempFolder());
  const call = rig.call("FileSync", syncMetadata("context", { "exclude-patterns": ["a["] }));
  await reader(call).until(isError);
  expect(rig.reported).toMatchObject([{ code: "context-unreadable", message: expect.stringContaining('"a["') }]);
});

test("a socket goes as an empty file, a pipe as a pipe that is not read", async () => {
  const folder = tempFolder();
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
  try {
    const rig = await serve(folder);
    const call = rig.call("FileSync", syncMetadata("context"));
    const { until, rest, packets } = reader(call);
    await until(isEndOfList);
    expect(packets.map((packet) => packet.kind === "stat" && packet.stat?.mode)).toEqual([
      2 ** 25 + 0o644,
      expect.toSatisfy((mode: number) => mode < 0o1000),
      undefined,
    ]);
    call.stream.write(encodeRequest(1));
    await until((packet) => packet.kind === "data");
    expect(packets.at(-1)).toMatchObject({ id: 1, data: { length: 0 } });
    call.stream.write(finishPacket);
    expect((await rest()).code).toBe(status.OK);
    expect(packets.at(-1)).toEqual({ kind: "finish" });
  } finally {
    server.close();
  }
});

test("a file that was not offered, or was asked for twice, ends the transfer", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "file"), "x");
  const rig = await serve(folder);
  const call = rig.call("FileSync", syncMetadata("context"));
  const { until, rest } = reader(call);
  await until(isEndOfList);
  call.stream.write(encodeRequest(0));
  call.stream.write(encodeRequest(0));
  expect(await rest()).toMatchObject({ code: status.UNKNOWN, details: expect.stringContaining("file number 0") });
  expect(rig.reported).toEqual([]);
});

test("the worker's error is the worker's to tell; it is not sent back", async () => {
  const rig = await serve(tempFolder());
  const call = rig.call("FileSync", syncMetadata("context"));
  call.stream.write(encodeError("no space left"));
  const { rest, packets } = reader(call);
  expect(await rest()).toEqual({ code: status.UNKNOWN, details: "no space left" });
  expect(packets.some(isError)).toBe(false);
  expect(rig.reported).toEqual([]);
});

test("bytes that are no packet end the transfer", async () => {
  const rig = await serve(tempFolder());
  const call = rig.call("FileSync", syncMetadata("context"));
  call.stream.write(Buffer.from([0xff]));
  call.stream.resume();
  expect((await call.ended).code).toBe(status.UNKNOWN);
  expect(rig.reported).toMatchObject([{ code: "worker-refused" }]);
});

test.runIf(process.platform === "linux")("whoever gives up, no file stays open", async () => {
  const folder = tempFolder();
  for (let number = 0; number < 8; number++) {
    writeFileSync(join(folder, `${number}`), "");
    truncateSync(join(folder, `${number}`), 512 << 20);
  }
  const openFiles = () =>
    readdirSync("/proc/self/fd").filter((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder);
      } catch {
        return false;
      }
    });
  for (const give of ["worker", "job", "error"] as const) {
    const rig = await startRig();
    const sync = fileSync({ sources: new Map([["context", { kind: "folder", path: folder }]]) }, rig.context);
    await rig.serve(sync);
    const call = rig.call("FileSync", syncMetadata("context"));
    const { until, rest } = reader(call);
    await until(isEndOfList);
    for (let number = 0; number < 8; number++) call.stream.write(encodeRequest(number));
    await until((packet) => packet.kind === "data");
    expect(openFiles()).toHaveLength(4);
    if (give === "worker") call.stream.cancel();
    else if (give === "job") rig.job.abort();
    else call.stream.write(encodeError("enough"));
    await rest();
    await sync.close?.();
    expect(openFiles()).toEqual([]);
    expect(rig.reported).toEqual([]);
  }
});

test("more patterns than Node allows headers by default", async () => {
  const folder = tempFolder();
  writeFileSync(join(folder, "kept"), "");
  writeFileSync(join(folder, "pattern 1999"), "");
  const rig = await serve(folder);
  const excludes = Array.from({ length: 2000 }, (_, index) => `pattern ${index}`);
  const call = rig.call("FileSync", syncMetadata("context", { "exclude-patterns": excludes }));
  const { until, packets } = reader(call);
  await until(isEndOfList);
  expect(packets).toMatchObject([{ stat: { path: "kept" } }, { stat: undefined }]);
});
