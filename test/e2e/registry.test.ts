import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import { compile } from "../../src/graph/compile.ts";
import { parseImageReference } from "../../src/image-reference.ts";
import { createRegistryClient } from "../../src/registry/client.ts";
import { createRegistryResolver, type RegistryResolver } from "../../src/registry/image-resolver.ts";
import { parseManifest } from "../../src/registry/manifest.ts";
import { build, contextWith, dockerfileText, temporaryFolder } from "./builds.ts";
import { run, testWorker } from "./worker.ts";

const platforms = ["linux/amd64", "linux/arm64"] as const;

function resolver(): RegistryResolver {
  return createRegistryResolver({ cache: join(temporaryFolder(), "cache") });
}

async function skopeo(...args: readonly string[]): Promise<Buffer> {
  const ran = await run("skopeo", args);
  expect(ran.code, ran.stderr).toBe(0);
  return Buffer.from(ran.stdout);
}

test("digest and config are those that skopeo finds", async () => {
  const { base } = testWorker();
  const raw = await skopeo("inspect", "--tls-verify=false", "--raw", `docker://${base}:latest`);
  const digest = `sha256:${createHash("sha256").update(raw).digest("hex")}`;
  const images = resolver();
  for (const platform of platforms) {
    const architecture = platform.slice("linux/".length);
    const override = ["--override-os=linux", `--override-arch=${architecture}`];
    const config = await skopeo(...override, "inspect", "--tls-verify=false", "--config", "--raw", `docker://${base}`);
    const image = await images.image(base, { platform });
    expect(image.digest).toBe(digest);
    expect(Buffer.from(image.config).toString()).toBe(config.toString());
  }
});

test("an image that was built and pushed is resolved, with its attestations passed over", async () => {
  const image = `${testWorker().registry}/resolve/cross:1`;
  await build(contextWith(dockerfileText("cross")), { platforms: [...platforms], tags: [image], push: true });
  const images = resolver();
  for (const platform of platforms) {
    const { config } = await images.image(image, { platform });
    expect(JSON.parse(Buffer.from(config).toString())).toMatchObject({
      os: "linux",
      architecture: platform.slice("linux/".length),
    });
  }
  const missing: unknown = await images.image(image, { platform: "linux/s390x" }).catch((error: unknown) => error);
  expect(missing).toBeInstanceOf(Failure);
  expect(String(missing)).toContain("linux/amd64, linux/arm64");
});

test("an OCI layout that skopeo wrote gives the same", async () => {
  const { base } = testWorker();
  const folder = join(temporaryFolder(), "layout");
  await skopeo("copy", "--all", "--src-tls-verify=false", `docker://${base}:latest`, `oci:${folder}:v1`);
  const images = resolver();
  for (const platform of platforms) {
    const remote = await images.image(base, { platform });
    const local = await images.image(`oci-layout://${folder}:v1`, { platform });
    expect(Buffer.from(local.config).equals(remote.config)).toBe(true);
  }
});

test("the layers of an image stream, checked", async () => {
  const { base } = testWorker();
  const reference = parseImageReference(`${base}:latest`);
  if (reference === undefined) throw new Error(`${base} is no reference`);
  const client = createRegistryClient({ credentials: { credentialsFor: async () => ({ kind: "anonymous" }) } });
  const index = parseManifest((await client.readManifest(reference)).content);
  const first = index.kind === "index" ? index.manifests[0] : undefined;
  const { content } = await client.readManifest({ ...reference, digest: first?.digest ?? "" });
  const manifest = parseManifest(content);
  const [layer] = manifest.kind === "image" ? manifest.layers : [];
  if (layer === undefined) throw new Error("the base image has no layer");
  expect(await client.statBlob(reference, layer.digest)).toBe(layer.size);
  let length = 0;
  for await (const chunk of client.streamBlob(reference, layer)) length += chunk.length;
  expect(length).toBe(layer.size);
});

test("a Dockerfile is compiled with the registry alone", async () => {
  const { base } = testWorker();
  const images = resolver();
  const { digest } = await images.image(base, { platform: "linux/arm64" });
  const compilation = await compile(`FROM ${base}\nRUN true\n`, {
    targetPlatforms: ["linux/arm64"],
    resolver: images,
  });
  expect(JSON.stringify(compilation.lookups)).toContain(`docker-image://${base}:latest`);
  const [platform] = compilation.platforms;
  expect(JSON.stringify(platform?.image)).toContain("arm64");
  expect(Buffer.concat([...(platform?.definition.def ?? [])]).toString("latin1")).toContain(`${base}:latest@${digest}`);
});
