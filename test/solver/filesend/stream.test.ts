import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { Metadata, status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import type { ExportTarget } from "../../../src/solver/buildkit/attachable.ts";
import { type Exported, fileSend } from "../../../src/solver/buildkit/filesend/file-send.ts";
import { common } from "../../../src/solver/buildkit/proto/gen/buildkit.js";
import { type Rig, startRig, tempFolder, type WorkerCall } from "../filesync/rig.ts";

const piece = (text: string) => common.BytesMessage.encode({ data: Buffer.from(text) }).finish();

interface Sending {
  readonly rig: Rig;
  readonly call: WorkerCall;
  readonly exported: Exported[];
  readonly close: () => Promise<void> | undefined;
}

async function begin(target: ExportTarget, headers: Readonly<Record<string, string>> = {}): Promise<Sending> {
  const rig = await startRig();
  const exported: Exported[] = [];
  const send = fileSend({ targets: new Map([[2, target]]), onExported: (one) => exported.push(one) }, rig.context);
  await rig.serve(send);
  const metadata = new Metadata();
  metadata.set("buildkit-attachable-exporter-id", "2");
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  const call = rig.call("FileSend", metadata);
  call.stream.resume();
  return { rig, call, exported, close: () => send.close?.() };
}

async function sendAll({ call }: Sending, pieces: readonly string[]) {
  for (const text of pieces) call.stream.write(piece(text));
  call.stream.end();
  return call.ended;
}

test("a file is there when it is whole, with what its exporter says of it", async () => {
  const folder = tempFolder();
  const path = join(folder, "out.tar");
  const sending = await begin({ kind: "file", path }, { "exporter-md-containerimage.digest": "sha256:1" });
  sending.call.stream.write(piece("begin "));
  expect(readdirSync(folder)).not.toContain("out.tar");
  expect((await sendAll(sending, ["", "middle ", "end"])).code).toBe(status.OK);
  expect(readFileSync(path, "utf8")).toBe("begin middle end");
  expect(readdirSync(folder)).toEqual(["out.tar"]);
  expect(sending.exported).toEqual([
    { exporter: 2, bytes: 16, metadata: new Map([["containerimage.digest", "sha256:1"]]) },
  ]);
});

test("what stood there is replaced and lends its permissions; a link is written through", async () => {
  const folder = tempFolder();
  const path = join(folder, "out.tar");
  writeFileSync(path, "old");
  chmodSync(path, 0o640);
  symlinkSync("out.tar", join(folder, "link"));
  const before = statSync(path).ino;
  expect((await sendAll(await begin({ kind: "file", path: join(folder, "link") }), ["new"])).code).toBe(status.OK);
  expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
  const after = statSync(path);
  expect([readFileSync(path, "utf8"), after.mode & 0o777, after.ino === before]).toEqual(["new", 0o640, false]);
});

test("many small pieces and few large ones arrive in order", async () => {
  const path = join(tempFolder(), "out");
  const pieces = [...Array.from({ length: 3000 }, (_, index) => `${index} `), "x".repeat(3 << 20)];
  expect((await sendAll(await begin({ kind: "file", path }), pieces)).code).toBe(status.OK);
  expect(readFileSync(path, "utf8") === pieces.join("")).toBe(true);
});

test("whoever breaks off, nothing is left and what stood there stays", async () => {
  for (const who of ["worker", "job"]) {
    const folder = tempFolder();
    const path = join(folder, "out.tar");
    writeFileSync(path, "old");
    const sending = await begin({ kind: "file", path });
    await new Promise((resolve) => sending.call.stream.write(piece("half"), resolve));
    if (who === "worker") sending.call.stream.cancel();
    else sending.rig.job.abort();
    await sending.call.ended;
    await sending.close();
    expect([readdirSync(folder), readFileSync(path, "utf8")]).toEqual([["out.tar"], "old"]);
    expect(sending.rig.reported).toEqual([]);
    expect(sending.exported).toEqual([]);
  }
});

test("places where no file can be", async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, "dir"));
  for (const [path, reason] of [
    [join(folder, "dir"), "it is a folder"],
    [join(folder, "missing/out"), "it does not exist"],
  ] as const) {
    const sending = await begin({ kind: "file", path });
    expect((await sendAll(sending, ["x"])).code).toBe(status.UNKNOWN);
    expect(sending.rig.reported).toMatchObject([{ code: "export-failed", message: expect.stringContaining(reason) }]);
  }
});

test.runIf(process.platform !== "win32")("what is no regular file is written to, not replaced", async () => {
  expect((await sendAll(await begin({ kind: "file", path: "/dev/null" }), ["x"])).code).toBe(status.OK);
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});

test.runIf(process.platform === "linux")("a disk that is full fails the export", async () => {
  const sending = await begin({ kind: "file", path: "/dev/full" });
  expect((await sendAll(sending, ["x"])).details).toContain("no space is left");
  expect(sending.rig.reported).toMatchObject([{ code: "export-failed" }]);
});

test("a stream gets all of it and is ended, at the pace of its reader", async () => {
  const stream = new PassThrough({ highWaterMark: 1024 });
  const sending = await begin({ kind: "stream", stream });
  const pieces = Array.from({ length: 200 }, (_, index) => `${index}:${"x".repeat(20_000)}`);
  const [read, ended] = await Promise.all([buffer(stream), sendAll(sending, pieces)]);
  expect(read.toString() === pieces.join("")).toBe(true);
  expect(ended.code).toBe(status.OK);
});

test("a stream that breaks fails the export; one that is broken off is not ended", async () => {
  const broken = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error("x"), { code: "EPIPE" })),
  });
  const sending = await begin({ kind: "stream", stream: broken });
  expect((await sendAll(sending, ["x"])).details).toContain("its reader is gone");
  expect(sending.rig.reported).toMatchObject([{ code: "export-failed" }]);

  const stream = new PassThrough();
  const other = await begin({ kind: "stream", stream });
  await new Promise((resolve) => other.call.stream.write(piece("half"), resolve));
  other.call.stream.cancel();
  await other.close();
  expect([stream.writableEnded, stream.destroyed]).toEqual([false, false]);
});

test("an exporter that has no place here is told so", async () => {
  const rig = await startRig();
  await rig.serve(fileSend({ targets: new Map() }, rig.context));
  const call = rig.call("FileSend", new Metadata());
  call.stream.resume();
  expect(await call.ended).toMatchObject({ code: status.NOT_FOUND });
});
