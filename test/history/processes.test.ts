import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { listRecords, readRecord } from "../../src/history/history-store.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const files = 2000;

// Adds builds of many files, one after the other, and says so after each, until it is killed or has added enough.
const contents = `
  import { addRecord } from "./src/history/history-store.ts";
  const [, , folder, name, count] = process.argv;
  const kept = Array.from({ length: ${files} }, (_, at) => ({
    path: "file" + at, kind: "file", permissions: 420, size: 1, target: "", digest: "sha256:" + at, content: String(at), stamp: "",
  }));
  const common = {
    origin: "solve", outcome: "completed", context: "/context", dockerfile: "", target: "", platforms: ["linux/amd64"],
    worker: undefined, ran: 0, cached: 0, buildArgs: new Map(), dockerfileDigest: undefined, vertices: [],
  };
  for (let at = 0; at < Number(count); at++) {
    const started = Date.now();
    const manifests = new Map([["sha256:context", { files: kept }]]);
    const record = { ...common, ref: name + "-" + at, started, completed: started, manifests };
    await addRecord({ folder }, record, { records: 12, bytes: 1 << 30 });
    console.log("added");
  }
`;

let program: string;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "llbc-history-"));
  program = join(folder, "program.mjs");
  const stdin = { contents, resolveDir: root, loader: "ts" } as const;
  await build({ stdin, bundle: true, platform: "node", format: "esm", outfile: program, logLevel: "silent" });
  return () => rmSync(folder, { recursive: true, force: true });
});

test("what processes record that are killed is there as a whole or not at all, beside what others record", async () => {
  const folder = mkdtempSync(join(tmpdir(), "llbc-history-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const survivors = ["a", "b"].map((name) => adding(folder, name, 15));
  const ends = survivors.map((child) => once(child, "close"));
  for (let round = 0; round < 6; round++) {
    const child = adding(folder, `killed${round}`, 1000);
    // Each in the middle of another one of its builds.
    for (let added = 0; added <= round; added++) await once(child.stdout ?? child, "data");
    const closed = once(child, "close");
    child.kill("SIGKILL");
    await closed;
    for (const { ref } of await listRecords({ folder })) await isWholeOrGone(folder, ref);
  }
  expect((await Promise.all(ends)).map(([code]) => code)).toEqual([0, 0]);
  const left = await listRecords({ folder });
  expect(left.length).toBeGreaterThan(0);
  // Those that were killed may have been about to remove some.
  expect(left.length).toBeLessThanOrEqual(12 + 2);
  for (const { ref } of left)
    expect((await readRecord({ folder }, ref))?.manifests.get("sha256:context")?.files).toHaveLength(files);
  expect(readdirSync(folder).filter((name) => name.endsWith(".json"))).toHaveLength(left.length);
});

/** Another process may have removed it meanwhile; half of it is never seen. */
async function isWholeOrGone(folder: string, ref: string): Promise<void> {
  const record = await readRecord({ folder }, ref);
  const found = record?.manifests.get("sha256:context")?.files.length;
  expect([undefined, files]).toContain(found);
}

function adding(folder: string, name: string, count: number): ChildProcess {
  return spawn(process.execPath, [program, folder, name, String(count)], { stdio: ["ignore", "pipe", "inherit"] });
}
