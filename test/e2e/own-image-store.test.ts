import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { secondWorker } from "./second-worker.ts";
import { run } from "./worker.ts";

test("an engine that keeps its images itself: loaded, pushed, files, as with docker buildx; the rest is refused", {
  timeout: 300_000,
}, async () => {
  const { dockerHost, registry } = await secondWorker({ ownImages: true });
  const env = { DOCKER_HOST: dockerHost };
  const docker = (...args: string[]) => run("docker", args, { env });
  const context = contextWith('ARG BASE\nFROM $BASE\nCOPY a.txt /\nCMD ["cat", "/a.txt"]\n', { fresh: true });
  const text = readFileSync(join(context, "a.txt"), "utf8");
  const common = { addr: dockerHost, buildArgs: { BASE: `${registry}/base` } };

  const loaded = await build(context, { ...common, outputs: [{ type: "docker" }], tags: ["loaded:1"] });
  expect((await docker("run", "--rm", "loaded:1")).stdout).toBe(text);
  const config = loaded.exporterResponse.get("containerimage.config.digest");
  expect((await docker("images", "--no-trunc", "--quiet", "loaded:1")).stdout.trim()).toBe(config);

  const inspected = JSON.parse((await docker("image", "inspect", "loaded:1")).stdout)[0];
  expect(loaded.sizes).toMatchObject([
    { platform: "linux/amd64", digest: config, size: inspected.Size, unpacked: true, layers: expect.any(Array) },
  ]);
  const layers = loaded.sizes?.[0]?.layers ?? [];
  expect(layers.map(({ digest }) => digest)).toEqual(inspected.RootFS.Layers);
  expect(layers.at(-1)).toMatchObject({ size: text.length, createdBy: "COPY a.txt / # buildkit" });

  // Its exporter does not push: that is left to the client.
  const names = [`${registry}/ours:${randomBytes(4).toString("hex")}`, `${registry}/ours-too`];
  const pushed = await build(context, { ...common, push: true, tags: names });
  for (const name of names) {
    const [repository = "", tag = "latest"] = name.slice(registry.length + 1).split(":");
    expect(await digestIn(registry, repository, tag)).toBe(pushed.digest);
  }
  expect(pushed.exporterResponse.get("containerimage.config.digest")).toBe(config);
  const metadata = join(temporaryFolder(), "metadata.json");
  const theirs = ["build", context, "--build-arg", `BASE=${registry}/base`, "-t", `${registry}/theirs`, "--push"];
  const ran = await run("docker-buildx", [...theirs, "--metadata-file", metadata], { env });
  expect(ran.code, ran.stderr).toBe(0);
  expect(pushed.digest).toBe(JSON.parse(readFileSync(metadata, "utf8"))["containerimage.digest"]);
  await expect(build(context, { ...common, push: true, tags: ["127.0.0.1:1/nobody"] })).rejects.toMatchObject({
    code: "export-failed",
    message: expect.stringContaining("did not push 127.0.0.1:1/nobody"),
  });

  const folder = join(temporaryFolder(), "files");
  await build(context, { ...common, outputs: [{ type: "local", dest: folder }] });
  expect(readFileSync(join(folder, "a.txt"), "utf8")).toBe(text);
  const dest = join(temporaryFolder(), "image.tar");
  for (const refused of [
    { outputs: [{ type: "oci" as const, dest }] },
    { outputs: [{ type: "docker" as const, dest }] },
    { platforms: ["linux/amd64", "linux/arm64"], tags: ["two"] },
  ]) {
    await expect(build(context, { ...common, ...refused })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("image store of its own"),
    });
  }
  expect(existsSync(dest)).toBe(false);
});

async function digestIn(registry: string, repository: string, tag: string): Promise<string | null> {
  const accept = "application/vnd.docker.distribution.manifest.v2+json";
  const response = await fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, { headers: { accept } });
  return response.headers.get("docker-content-digest");
}
