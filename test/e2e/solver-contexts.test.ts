import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { solve } from "../../src/solver/solve.ts";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { run, testWorker } from "./worker.ts";

const platforms = ["linux/amd64", "linux/arm64"];

test("a build on top of an OCI layout: whoever compiles, it is the same build", async () => {
  const layout = temporaryFolder();
  const mark = randomBytes(8).toString("hex");
  const base = contextWith(`ARG BASE=busybox\nFROM $BASE\nRUN echo ${mark} > /mark\n`);
  await build(base, { platforms, outputs: [{ type: "oci", dest: join(layout, "image.tar") }], tags: ["base:1.2"] });
  expect((await run("tar", ["-xf", "image.tar"], { cwd: layout })).code).toBe(0);

  const context = contextWith(
    "FROM base AS b\nRUN cat /mark > /seen; uname -m >> /seen\nFROM scratch\nCOPY --from=b /seen /\n",
  );
  const namedContexts = { base: `oci-layout://${layout}:1.2` };
  const ours = join(temporaryFolder(), "out");
  await build(context, { platforms, namedContexts, outputs: [{ type: "local", dest: ours }] });
  expect(readFileSync(join(ours, "linux_amd64/seen"), "utf8")).toBe(`${mark}\nx86_64\n`);
  expect(readFileSync(join(ours, "linux_arm64/seen"), "utf8")).toBe(`${mark}\naarch64\n`);

  const theirs = join(temporaryFolder(), "out");
  const again = await build(context, {
    platforms,
    namedContexts,
    frontend: "dockerfile.v0",
    outputs: [{ type: "local", dest: theirs }],
  });
  expect(readFileSync(join(theirs, "linux_arm64/seen"), "utf8")).toBe(`${mark}\naarch64\n`);
  const runs = again.timings.filter(({ name }) => / RUN /.test(name));
  expect(runs.map(({ state }) => state)).toEqual(["cached", "cached"]);
});

test("a named context that is a folder, and one that stands for an image", async () => {
  const files = temporaryFolder();
  mkdirSync(join(files, "sub"));
  writeFileSync(join(files, "sub/x"), "from the other folder");
  const context = contextWith(
    "FROM busybox AS b\nCOPY --from=files sub/x /x\nRUN cp /x /y\nFROM scratch\nCOPY --from=b /y /\n",
  );
  const dest = join(temporaryFolder(), "out");
  const namedContexts = { files, busybox: `docker-image://${testWorker().base}` };
  await build(context, { namedContexts, outputs: [{ type: "local", dest }] });
  expect(readFileSync(join(dest, "y"), "utf8")).toBe("from the other folder");
});

test("a Dockerfile as text, without any context", async () => {
  const dest = join(temporaryFolder(), "out");
  const source = `FROM ${testWorker().base} AS b\nRUN --mount=type=secret,id=token cat /run/secrets/token > /t\nFROM scratch\nCOPY --from=b /t /\n`;
  const result = await solve(
    { source },
    {
      addr: testWorker().dockerHost,
      secrets: { token: { data: Buffer.from("s3cret") } },
      outputs: [{ type: "local", dest }],
    },
  );
  expect(readFileSync(join(dest, "t"), "utf8")).toBe("s3cret");
  expect(result.compilation?.platforms.map(({ platform }) => platform)).toEqual(["linux/amd64"]);
});

test("outputs without a place are refused before anything is built", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "file"), "");
  const wrong = [
    { type: "oci", dest: folder },
    { type: "oci", dest: join(folder, "no/such/folder.tar") },
    { type: "local", dest: join(folder, "file") },
  ] as const;
  for (const output of wrong) {
    const kinds: string[] = [];
    const building = build(contextWith("FROM scratch\n"), {
      outputs: [output],
      onEvent: ({ kind }) => kinds.push(kind),
    });
    await expect(building).rejects.toMatchObject({ code: "export-failed" });
    expect(kinds).toEqual([]);
  }
});

test("a layer of an OCI layout that is as long as it should be and not the right one fails the build, which leaves nothing", async () => {
  const layout = join(temporaryFolder(), "layout");
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, randomBytes(8).toString("hex"));
  const layer = readFileSync(await archiveOf(file));
  const blob = (content: Uint8Array, mediaType: string) => {
    const digest = createHash("sha256").update(content).digest("hex");
    mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
    writeFileSync(join(layout, "blobs/sha256", digest), content);
    return { mediaType: `application/vnd.oci.image.${mediaType}`, digest: `sha256:${digest}`, size: content.length };
  };
  const asBlob = (value: object, mediaType: string) => blob(Buffer.from(JSON.stringify(value)), mediaType);
  const layers = [blob(layer, "layer.v1.tar")];
  const rootfs = { type: "layers", diff_ids: layers.map(({ digest }) => digest) };
  const config = asBlob({ os: "linux", architecture: "amd64", config: {}, rootfs }, "config.v1+json");
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = asBlob({ schemaVersion: 2, mediaType, config, layers }, "manifest.v1+json");
  writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  writeFileSync(join(layout, "index.json"), JSON.stringify({ schemaVersion: 2, manifests: [manifest] }));
  const place = join(layout, "blobs", String(layers[0]?.digest).replace(":", "/"));
  const damaged = Buffer.from(layer);
  damaged[600] = (damaged[600] ?? 0) ^ 1;
  writeFileSync(place, damaged);

  const dest = join(temporaryFolder(), "out");
  const archive = join(temporaryFolder(), "out.tar");
  const context = contextWith("FROM base\nCOPY a.txt /\n");
  const options = { namedContexts: { base: `oci-layout://${layout}@${manifest.digest}` }, platforms: ["linux/amd64"] };
  for (const compiler of [{}, { frontend: "dockerfile.v0" }]) {
    for (const output of [
      { type: "local" as const, dest },
      { type: "oci" as const, dest: archive },
    ]) {
      const failing = build(context, { ...options, ...compiler, outputs: [output] });
      await expect(failing).rejects.toMatchObject({ message: expect.stringContaining(String(layers[0]?.digest)) });
    }
  }
  expect([existsSync(dest), existsSync(archive)]).toEqual([false, false]);
  expect(readdirSync(dirname(archive))).toEqual([]);
  // What was wrong is not kept: the right one is taken, once the worker has collected what it could not commit, which
  // it does on its own after the build that failed.
  writeFileSync(place, layer);
  const repaired = () => build(context, { ...options, outputs: [{ type: "local", dest }] });
  await vi.waitFor(repaired, { timeout: 60_000, interval: 500 });
  expect(readFileSync(join(dest, "file"), "utf8")).toBe(readFileSync(file, "utf8"));
});

/** A tar archive of a file. */
async function archiveOf(file: string): Promise<string> {
  const archive = join(temporaryFolder(), "layer.tar");
  const { code, stderr } = await run("tar", ["-cf", archive, "-C", dirname(file), basename(file)]);
  expect(code, stderr).toBe(0);
  return archive;
}
