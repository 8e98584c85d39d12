import { mkdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { status } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { fileSync } from "../../src/solver/buildkit/filesync/file-sync.ts";
import { decodePacket, encodeRequest, finishPacket } from "../../src/solver/buildkit/filesync/packet.ts";
import { startRig, syncMetadata, tempFolder } from "../solver/filesync/rig.ts";

const megabyte = 1 << 20;

/** Asks for every file of a folder, keeps nothing, and notes by how much this process grew meanwhile. */
async function fetchAll(folder: string) {
  const rig = await startRig();
  await rig.serve(fileSync({ sources: new Map([["context", { kind: "folder", path: folder }]]) }, rig.context));
  const before = process.memoryUsage().rss;
  let peak = before;
  let bytes = 0;
  let files = 0;
  let listed = 0;
  let complete = false;
  // Asked for a few at a time: grpc-js's client takes quadratic time over a long queue of messages.
  const wanted: number[] = [];
  let asked = 0;
  const { stream, ended } = rig.call("FileSync", syncMetadata("context"));
  const ask = () => {
    for (; asked < wanted.length && asked < files + 64; asked++) stream.write(encodeRequest(wanted[asked] ?? 0));
  };
  stream.on("data", (message: Buffer) => {
    const packet = decodePacket(message);
    if (packet.kind === "finish") return;
    if (packet.kind === "stat" && packet.stat === undefined) complete = true;
    else if (packet.kind === "stat") {
      if ((packet.stat?.mode ?? 0) < 0o1000) wanted.push(listed);
      listed++;
    } else if (packet.kind === "data") {
      bytes += packet.data.length;
      if (packet.data.length === 0) files++;
      if (files % 100 === 0) peak = Math.max(peak, process.memoryUsage.rss());
    }
    ask();
    if (complete && files === wanted.length) stream.write(finishPacket);
  });
  expect((await ended).code).toBe(status.OK);
  expect(rig.reported).toEqual([]);
  return { bytes, files, grown: peak - before };
}

test("a file of 10 GB takes no more memory than one of 100 MB", async () => {
  const folder = tempFolder();
  const file = join(folder, "large");
  writeFileSync(file, "");
  truncateSync(file, 100 * megabyte);
  await fetchAll(folder);
  truncateSync(file, 10_000 * megabyte);
  const { bytes, grown } = await fetchAll(folder);
  expect(bytes).toBe(10_000 * megabyte);
  expect(grown).toBeLessThan(150 * megabyte);
});

test("100,000 files take little more memory than their names", async () => {
  const folder = tempFolder();
  for (let number = 0; number < 1000; number++) {
    const sub = join(folder, `folder ${number}`);
    mkdirSync(sub);
    for (let file = 0; file < 100; file++) writeFileSync(join(sub, `file ${file}`), `${number} ${file}`);
  }
  const { files, grown } = await fetchAll(folder);
  // So many take longer to remove than a hook may.
  rmSync(folder, { recursive: true });
  expect(files).toBe(100_000);
  expect(grown).toBeLessThan(250 * megabyte);
});
