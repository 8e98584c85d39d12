import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CacheEntry } from "../../src/solver/solve-options.ts";
import { type Build, build, contextWith, temporaryFolder } from "./builds.ts";
import { faultyRegistry } from "./faulty-registry.ts";
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

const small = "ARG BASE\nFROM $BASE\nRUN true\n";

test("a damaged cache in a folder is not used, and the build goes on without", async () => {
  const { src, dest } = folderAttrs();
  const context = contextWith(small, { fresh: true });
  await build(context, { cacheTo: [{ type: "local", attrs: { dest, mode: "max" } }] });
  const blob = (digest: string) => join(dest, "blobs", digest.replace(":", "/"));
  const index = readFileSync(join(dest, "index.json"), "utf8");
  const top: string = JSON.parse(index).manifests[0].digest;
  const manifest = readFileSync(blob(top), "utf8");
  const { config, manifests = [] } = JSON.parse(manifest);
  const parts: readonly Descriptor[] = [...(config === undefined ? [] : [config]), ...manifests];
  const cacheConfig = parts.find(({ mediaType }) => mediaType.includes("buildkit.cacheconfig"))?.digest ?? "";
  const cacheFrom = [{ type: "local", attrs: { src } }];
  const damages: readonly (readonly [path: string, content: string])[] = [
    [blob(top), "{}"],
    [blob(top), manifest.slice(0, 100)],
    // Of the right length.
    [blob(top), manifest.replace("sha256:", "sha256;")],
    [blob(cacheConfig), "not JSON"],
    [join(dest, "index.json"), "{"],
    [join(dest, "index.json"), index.replaceAll(top, `sha256:${"0".repeat(64)}`)],
  ];
  for (const [path, content] of damages) {
    const whole = readFileSync(path);
    writeFileSync(path, content);
    const result = await build(contextWith(small, { fresh: true }), { cacheFrom });
    expect(runSteps(result).map(({ state }) => state)).not.toContain("cached");
    expect(toldOfCache(result), `${path} ${content.slice(0, 20)}`).not.toEqual([]);
    writeFileSync(path, whole);
  }
});

test("a damaged cache in a registry is not used, and the build goes on without", async () => {
  const { registry } = testWorker();
  const ref = `${registry}/cache:${random()}`;
  const [, tag = ""] = ref.split("cache:");
  const manifests = `http://${registry}/v2/cache/manifests`;
  const context = contextWith(small, { fresh: true });
  await build(context, { cacheTo: [{ type: "registry", attrs: { ref, mode: "max" } }] });
  const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";
  const whole = await fetch(`${manifests}/${tag}`, { headers: { accept } });
  const digest = whole.headers.get("docker-content-digest") ?? "";
  const type = whole.headers.get("content-type") ?? "";
  const bytes = await whole.text();
  const faults: readonly [string, string][] = [
    [type, "{"],
    ["text/html", "<html>log in first</html>"],
    [type, bytes.replace(/"digest": ?"sha256:[0-9a-f]{8}/g, '"digest":"sha256:00000000')],
  ];
  for (const [contentType, content] of faults) {
    const faulty = await faultyRegistry((request, response, pass) => {
      const isAsked = request.url?.endsWith(`/manifests/${tag}`) === true || request.url?.endsWith(digest) === true;
      if (!isAsked) {
        pass();
        return;
      }
      response.writeHead(200, { "Content-Type": contentType, "Content-Length": Buffer.byteLength(content) });
      response.end(request.method === "HEAD" ? undefined : content);
    });
    const cacheFrom = [{ type: "registry", attrs: { ref: `${faulty.host}/cache:${tag}` } }];
    const result = await build(contextWith(small, { fresh: true }), { cacheFrom });
    expect(runSteps(result).map(({ state }) => state)).not.toContain("cached");
    expect(toldOfCache(result), content.slice(0, 20)).not.toEqual([]);
  }
});

test("a cache is not added to a folder whose index is damaged, which stays as it is", async () => {
  const { dest } = folderAttrs();
  mkdirSync(dest);
  writeFileSync(join(dest, "index.json"), "{");
  const context = contextWith("FROM scratch\nCOPY a.txt /\n");
  const attrs = { dest, mode: "max" };
  await expect(build(context, { cacheTo: [{ type: "local", attrs }] })).rejects.toMatchObject({
    code: "export-failed",
    message: expect.stringContaining("its index is damaged"),
  });
  const result = await build(context, { cacheTo: [{ type: "local", attrs: { ...attrs, "ignore-error": "true" } }] });
  expect(result.events).toContainEqual({ kind: "note", message: expect.stringContaining("its index is damaged") });
  expect(readdirSync(dest)).toEqual(["index.json"]);
  expect(readFileSync(join(dest, "index.json"), "utf8")).toBe("{");
});

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
}

/** What is said of a cache that is not used: by the worker in an import that fails, or by us. */
function toldOfCache({ events }: Build): readonly string[] {
  return events.flatMap((event) => {
    if (event.kind === "note") return /cache/.test(event.message) ? [event.message] : [];
    return event.kind === "failed" ? [event.error] : [];
  });
}

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
