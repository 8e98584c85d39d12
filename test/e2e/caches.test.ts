import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CacheEntry } from "../../src/solver/solve-options.ts";
import { type Build, build, contextWith, temporaryFolder } from "./builds.ts";
import { secondWorker } from "./second-worker.ts";
import { testWorker } from "./worker.ts";

const dockerfile = `ARG BASE
FROM $BASE AS early
RUN head -c 100000 /dev/urandom > /noise
FROM $BASE
COPY a.txt /
RUN cat /a.txt > /seen
RUN --mount=from=early,target=/early wc -c < /early/noise > /size
`;

test.each([
  ["a folder", () => ({ type: "local", attrs: folderAttrs() })],
  ["a registry", () => ({ type: "registry", attrs: { ref: `${testWorker().registry}/cache:${random()}` } })],
])("after one worker wrote its cache to %s, a fresh one runs no step", { timeout: 240_000 }, async (_, entry) => {
  const cache: CacheEntry = entry();
  const context = contextWith(dockerfile, { fresh: true });
  const first = await build(context, { cacheTo: [{ ...cache, attrs: { ...cache.attrs, mode: "max" } }] });
  expect(runSteps(first).map(({ state }) => state)).toEqual(["completed", "completed", "completed", "completed"]);

  const fresh = await secondWorker();
  const ours = await build(context, { addr: fresh.dockerHost, cacheFrom: [cache] });
  expect(runSteps(ours).filter(({ state }) => state !== "cached")).toEqual([]);
  expect(ours.exporterResponse.get("containerimage.config.digest")).toBe(
    first.exporterResponse.get("containerimage.config.digest"),
  );
  // Also where each step is asked for by itself, and where the worker's own frontend builds.
  for (const options of [{ maxParallelism: 2 }, { frontend: "dockerfile.v0" }]) {
    const other = await build(context, { addr: fresh.dockerHost, cacheFrom: [cache], ...options });
    expect(runSteps(other).filter(({ state }) => state === "completed")).toEqual([]);
  }
});

test("a cache inside the image: what the image has is not run again", { timeout: 240_000 }, async () => {
  const context = contextWith(dockerfile, { fresh: true });
  const image = `${testWorker().registry}/inline:${random()}`;
  await build(context, { push: true, tags: [image], cacheTo: [{ type: "inline" }] });
  const fresh = await secondWorker();
  const ours = await build(context, {
    addr: fresh.dockerHost,
    cacheFrom: [{ type: "registry", attrs: { ref: image } }],
  });
  expect(runSteps(ours).filter(({ state }) => state === "cached").length).toBeGreaterThan(0);
});

test("a cache in a folder is an OCI layout of whole blobs, and is read again", async () => {
  const { src, dest } = folderAttrs();
  const context = contextWith(dockerfile, { fresh: true });
  await build(context, { cacheTo: [{ type: "local", attrs: { dest, tag: "main" } }] });
  expect(readdirSync(join(dest, "ingest"))).toEqual([]);
  expect(JSON.parse(readFileSync(join(dest, "index.json"), "utf8")).manifests).toHaveLength(1);
  const again = await build(context, { cacheFrom: [{ type: "local", attrs: { src, tag: "main" } }] });
  expect(again.events.some((event) => event.kind === "vertex" && /importing cache manifest/.test(event.name))).toBe(
    true,
  );
});

test("a cache that cannot be written fails the build, unless that is not to matter", async () => {
  const context = contextWith("ARG BASE\nFROM $BASE\nRUN true\n", { fresh: true });
  const nowhere = { ref: "127.0.0.1:1/cache" };
  await expect(build(context, { cacheTo: [{ type: "registry", attrs: nowhere }] })).rejects.toThrow(/127.0.0.1:1/);
  await build(context, { cacheTo: [{ type: "registry", attrs: { ...nowhere, "ignore-error": "true" } }] });
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  await expect(
    build(context, { cacheTo: [{ type: "local", attrs: { dest: join(file, "x") } }] }),
  ).rejects.toMatchObject({
    code: "export-failed",
  });
});

test("a damaged blob of a local cache is not used, and the build goes on without", async () => {
  const { src, dest } = folderAttrs();
  const context = contextWith(dockerfile, { fresh: true });
  await build(context, { cacheTo: [{ type: "local", attrs: { dest, mode: "max" } }] });
  const index = JSON.parse(readFileSync(join(dest, "index.json"), "utf8"));
  const manifest = join(dest, "blobs", String(index.manifests[0].digest).replace(":", "/"));
  expect(existsSync(manifest)).toBe(true);
  writeFileSync(manifest, "{}");
  const result = await build(contextWith(dockerfile, { fresh: true }), {
    cacheFrom: [{ type: "local", attrs: { src } }],
  });
  expect(runSteps(result).length).toBe(4);
});

/** Timings of the RUN steps. */
function runSteps({ timings }: Build) {
  return timings.filter(({ name }) => /\] RUN /.test(name));
}

function folderAttrs(): { src: string; dest: string } {
  const folder = join(temporaryFolder(), "cache");
  return { src: folder, dest: folder };
}

function random(): string {
  return randomBytes(6).toString("hex");
}
