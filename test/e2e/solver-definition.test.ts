import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { extract } from "tar-stream";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../src/digest.ts";
import type { SolveEvent } from "../../src/solver/events.ts";
import { solve } from "../../src/solver/solve.ts";
import { HandMade } from "../solver/hand-made.ts";
import { temporaryFolder } from "./builds.ts";
import { testWorker } from "./worker.ts";

const now = Date.now();

describe("a definition made by hand", () => {
  test("of three ops becomes an OCI archive, whole down to its last byte", async () => {
    const { dockerHost: addr, base } = testWorker();
    const made = new HandMade();
    const ran = made.run(made.image(`${base}:latest`), "uname -m > /machine");
    const definition = made.definition(made.file(ran, "/hello", "hello"));
    const folder = temporaryFolder();
    const result = await solve(definition, {
      addr,
      outputs: [{ type: "oci", dest: join(folder, "image.tar") }],
      tags: ["hello:1"],
    });

    expect(readdirSync(folder)).toEqual(["image.tar"]);
    const files = await readArchive(join(folder, "image.tar"));
    const index = JSON.parse(files.get("index.json")?.toString() ?? "");
    expect(index.manifests).toHaveLength(1);
    expect(index.manifests[0].digest).toBe(result.digest);
    expect(index.manifests[0].annotations["org.opencontainers.image.ref.name"]).toBe("1");
    const manifest = JSON.parse(blob(files, result.digest ?? "").toString());
    for (const { digest, size } of [manifest.config, ...manifest.layers])
      expect(blob(files, digest)).toHaveLength(size);
    expect(manifest.layers).toHaveLength(3);
  });

  test("tells what its vertices took, and where each stands", async () => {
    const { dockerHost: addr, base } = testWorker();
    const made = new HandMade();
    const image = made.image(`${base}:latest`);
    const ran = made.run(image, `echo ${now} > /fresh`);
    const result = await solve(made.definition(ran), { addr, outputs: [{ type: "cacheonly" }] });
    const timing = result.timings.find(({ digest }) => digest === ran);
    expect(timing).toMatchObject({ name: `RUN echo ${now} > /fresh`, inputs: [image], state: "completed" });
    const [run] = timing?.runs ?? [];
    expect(run?.completed).toBeGreaterThan(run?.started ?? Number.POSITIVE_INFINITY);
    expect(result.compilation).toBeUndefined();

    const again = await solve(made.definition(ran), { addr, outputs: [{ type: "cacheonly" }] });
    expect(again.timings.find(({ digest }) => digest === ran)).toMatchObject({ state: "cached", runs: [] });
  });

  test("goes out as a tar stream", async () => {
    const made = new HandMade();
    const dest = new PassThrough();
    const [archive] = await Promise.all([
      buffer(dest),
      solve(made.definition(made.file(undefined, "/only", "content")), {
        addr: testWorker().dockerHost,
        outputs: [{ type: "tar", dest }],
      }),
    ]);
    const entries = await readEntries(archive);
    expect([...entries].map(([name, content]) => [name, content.toString()])).toEqual([["only", "content"]]);
  });

  test("that is empty is a scratch image", async () => {
    const addr = testWorker().dockerHost;
    const empty = { def: [], digests: [], metadata: new Map(), source: undefined, bytes: new Uint8Array() };
    const dest = join(temporaryFolder(), "out");
    await solve(empty, { addr, outputs: [{ type: "local", dest }] });
    await expect(solve(empty, { addr, maxParallelism: 2, outputs: [{ type: "cacheonly" }] })).resolves.toMatchObject({
      ref: expect.any(String),
    });
  });
});

describe("a step that fails", () => {
  test.each([undefined, 2])(
    "is told with its name, exit code, last lines and source (bound: %s)",
    async (maxParallelism) => {
      const { dockerHost: addr, base } = testWorker();
      const made = new HandMade();
      const failing = made.run(
        made.image(`${base}:latest`),
        `for i in $(seq 12); do echo line $i; done; echo ${now} >&2; exit 42`,
      );
      const definition = made.definition(failing, {
        infos: [{ filename: "build.txt", data: Buffer.from("first\nsecond\n") }],
        locations: { [failing]: { locations: [{ ranges: [{ start: { line: 2 }, end: { line: 2, character: 6 } }] }] } },
      });
      const folder = temporaryFolder();
      const error = await solve(definition, {
        addr,
        maxParallelism,
        outputs: [{ type: "tar", dest: join(folder, "out.tar") }],
      }).catch((e: unknown) => e);
      expect(error).toMatchObject({
        name: "StepFailure",
        code: "step-failed",
        message: expect.stringMatching(/^RUN for .* failed with exit code 42$/),
        step: { vertex: failing, exitCode: 42, lastLines: expect.arrayContaining(["line 12", String(now)]) },
        source: { filename: "build.txt", ranges: [{ start: { line: 2 }, end: { line: 2, character: 6 } }] },
      });
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test("to find its image is one too", async () => {
    const made = new HandMade();
    const missing = made.definition(made.image(`${testWorker().registry}/nobody/has:this`));
    await expect(solve(missing, { addr: testWorker().dockerHost })).rejects.toMatchObject({
      code: "step-failed",
      message: expect.stringContaining("not found"),
    });
  });
});

test("a step for a platform that the worker cannot run is refused before anything starts", async () => {
  const { dockerHost: addr, base } = testWorker();
  const made = new HandMade();
  const definition = made.definition(made.run(made.image(`${base}:latest`), "true", { platform: "linux/s390x" }));
  const kinds: string[] = [];
  const onEvent = (event: SolveEvent) => kinds.push(event.kind);
  await expect(solve(definition, { addr, onEvent })).rejects.toMatchObject({
    code: "platform-unsupported",
    message: expect.stringContaining("linux/s390x"),
    remedy: expect.stringContaining("llbc platforms install s390x"),
  });
  expect(kinds).toEqual(["worker"]);
});

test("a definition beyond the worker's limit is refused before it is sent", async () => {
  const made = new HandMade();
  let file: string | undefined;
  for (let i = 0; i < 17; i++) file = made.file(file, `/${i}`, "x".repeat(1 << 20));
  const definition = made.definition(file ?? "");
  for (const maxParallelism of [undefined, 1]) {
    await expect(solve(definition, { addr: testWorker().dockerHost, maxParallelism })).rejects.toMatchObject({
      code: "definition-too-large",
    });
  }
});

test("an abort stops the step on the worker, and leaves nothing half-written", async () => {
  const { dockerHost: addr, base } = testWorker();
  const made = new HandMade();
  const slow = made.run(made.image(`${base}:latest`), `echo started ${now}; sleep 300`);
  for (const maxParallelism of [undefined, 1]) {
    const folder = temporaryFolder();
    const stop = new AbortController();
    const ends: SolveEvent[] = [];
    const onEvent = (event: SolveEvent) => {
      if (event.kind === "log") stop.abort();
      if (event.kind === "failed") ends.push(event);
    };
    const building = solve(made.definition(slow), {
      addr,
      maxParallelism,
      signal: stop.signal,
      onEvent,
      outputs: [{ type: "local", dest: join(folder, "out") }],
    });
    await expect(building).rejects.toMatchObject({ code: "cancelled" });
    // The worker itself said that the step is over.
    expect(ends.at(-1)).toMatchObject({ vertex: slow, cancelled: true });
    expect(readdirSync(folder)).toEqual([]);
  }
  await expect(solve(made.definition(slow), { addr, signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: "cancelled",
  });
});

function blob(files: ReadonlyMap<string, Buffer>, digest: string): Buffer {
  const content = files.get(`blobs/${digest.replace(":", "/")}`);
  if (content === undefined) throw new Error(`the archive lacks ${digest}`);
  expect(digestOf(content)).toBe(digest);
  return content;
}

async function readArchive(path: string): Promise<Map<string, Buffer>> {
  return readEntries(await buffer(createReadStream(path)));
}

async function readEntries(archive: Buffer): Promise<Map<string, Buffer>> {
  const unpacking = extract();
  unpacking.end(archive);
  const files = new Map<string, Buffer>();
  for await (const entry of unpacking) {
    const content = await buffer(entry);
    if (entry.header.type === "file") files.set(entry.header.name, content);
  }
  return files;
}
