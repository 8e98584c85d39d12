import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { buildMetadata, imageId } from "../../src/solver/build-metadata.ts";
import { build, contextWith, temporaryFolder } from "./builds.ts";
import { run, testWorker } from "./worker.ts";

const simple = "ARG BASE\nFROM $BASE\nCOPY a.txt /\n";
const platforms = ["linux/amd64", "linux/arm64"];

test("an image gets a provenance by default, which is an in-toto statement about it", async () => {
  const image = newImage();
  const result = await build(contextWith(simple), { platforms, push: true, tags: [image.name] });
  const index = await image.manifest(String(result.digest));
  const [amd64, arm64, ...attestations] = index.manifests;
  expect([amd64.platform.architecture, arm64.platform.architecture]).toEqual(["amd64", "arm64"]);
  expect(attestations).toHaveLength(2);
  for (const [place, subject] of [amd64, arm64].entries()) {
    const { digest, annotations } = attestations[place];
    expect(annotations["vnd.docker.reference.digest"]).toBe(subject.digest);
    const [statement] = await image.statements(digest);
    if (statement === undefined) throw new Error("there is no statement");
    expect(statement).toMatchObject({ _type: expect.stringContaining("in-toto.io/Statement") });
    expect(statement.predicateType).toMatch(/^https:\/\/slsa.dev\/provenance\//);
    expect(statement.subject.map((each: { digest: { sha256: string } }) => `sha256:${each.digest.sha256}`)).toContain(
      subject.digest,
    );
  }
  const without = await build(contextWith(simple), {
    push: true,
    tags: [image.name],
    attestations: { provenance: false },
  });
  expect(await image.manifest(String(without.digest))).toHaveProperty("layers");
});

test("an SBOM by a generator of one's own, and a provenance that tells all", async () => {
  const generator = newImage();
  const scan = `ARG BASE
FROM $BASE
ENTRYPOINT ["/bin/sh", "-c", "echo '{\\"_type\\":\\"https://in-toto.io/Statement/v0.1\\",\\"predicateType\\":\\"https://spdx.dev/Document\\",\\"predicate\\":{\\"name\\":\\"mine\\"}}' > $BUILDKIT_SCAN_DESTINATION/mine.spdx.json"]
`;
  await build(contextWith(scan), { push: true, tags: [generator.name], attestations: { provenance: false } });
  const image = newImage();
  const result = await build(contextWith(simple), {
    push: true,
    tags: [image.name],
    attestations: { sbom: `generator=${generator.name}`, provenance: "mode=max" },
  });
  const index = await image.manifest(String(result.digest));
  const statements = await image.statements(index.manifests[1].digest);
  const sbom = statements.find(({ predicateType }) => predicateType === "https://spdx.dev/Document");
  expect(sbom?.predicate).toEqual({ name: "mine" });
  const provenance = statements.find(({ predicateType }) => predicateType.includes("slsa.dev"));
  // The Dockerfile itself is told in the longest form only.
  expect(JSON.stringify(provenance)).toContain(Buffer.from(simple).toString("base64"));
});

test("annotations at every level", async () => {
  const image = newImage();
  const result = await build(contextWith(simple), {
    platforms,
    push: true,
    tags: [image.name],
    annotations: ["all=1", "manifest[linux/arm64]:arm=2", "index,manifest-descriptor:both=3", "index:only=4"],
  });
  const index = await image.manifest(String(result.digest));
  expect(index.annotations).toEqual({ both: "3", only: "4" });
  const [amd64, arm64] = index.manifests;
  expect([amd64.annotations, arm64.annotations]).toEqual([{ both: "3" }, { both: "3" }]);
  expect((await image.manifest(amd64.digest)).annotations).toEqual({ all: "1" });
  expect((await image.manifest(arm64.digest)).annotations).toEqual({ all: "1", arm: "2" });
});

test("attributes of the image exporter: names, compression, media types", async () => {
  const [one, two] = [newImage(), newImage()];
  const attrs = {
    compression: "zstd",
    "compression-level": "9",
    "force-compression": "true",
    "oci-mediatypes": "true",
  };
  const result = await build(contextWith(simple), {
    outputs: [{ type: "image", attrs }],
    push: true,
    tags: [one.name, two.name],
    attestations: { provenance: false },
  });
  for (const image of [one, two]) {
    const { layers } = await image.manifest(String(result.digest));
    expect(new Set(layers.map(({ mediaType }: { mediaType: string }) => mediaType))).toEqual(
      new Set(["application/vnd.oci.image.layer.v1.tar+zstd"]),
    );
  }
  expect(result.exporterResponse.get("image.name")).toBe(`${one.name},${two.name}`);
});

test("rewrite-timestamp: whatever times the files have, one source makes one image, the one of docker buildx", async () => {
  const context = contextWith("FROM scratch\nCOPY a.txt b.txt /\n");
  const epoch = "1600000000";
  const made = async (rewrites: boolean) => {
    // A step that was cached has the files with their times of then.
    utimesSync(join(context, "a.txt"), Math.random() * 1e9, 1.7e9 + Math.random() * 1e6);
    const dest = join(temporaryFolder(), "image");
    await build(context, {
      buildArgs: { SOURCE_DATE_EPOCH: epoch },
      noCache: true,
      outputs: [{ type: "oci", dest, attrs: { tar: "false", "rewrite-timestamp": String(rewrites) } }],
      attestations: { provenance: false },
    });
    return layersIn(dest);
  };
  const ours = [await made(true), await made(true)];
  expect(ours[0]).toEqual(ours[1]);
  const dest = join(temporaryFolder(), "image");
  const output = `type=oci,dest=${dest},tar=false,rewrite-timestamp=true`;
  const theirs = ["build", context, "--provenance=false", "--build-arg", `SOURCE_DATE_EPOCH=${epoch}`, "--no-cache"];
  const ran = await run("docker-buildx", [...theirs, "-o", output]);
  expect(ran.code, ran.stderr).toBe(0);
  expect(layersIn(dest)).toEqual(ours[0]);
  expect(await made(false)).not.toEqual(ours[0]);
});

/** The layers of the only image in an OCI layout. */
function layersIn(folder: string): readonly string[] {
  const blob = (digest: string) => JSON.parse(readFileSync(join(folder, "blobs", digest.replace(":", "/")), "utf8"));
  const { manifests } = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
  return blob(manifests[0].digest).layers.map(({ digest }: { digest: string }) => digest);
}

test("what --metadata-file and --iidfile hold", async () => {
  const image = newImage();
  const result = await build(contextWith(simple), { push: true, tags: [image.name] });
  expect(buildMetadata(result)).toMatchObject({
    "buildx.build.ref": `default/default/${result.ref}`,
    "containerimage.descriptor": { digest: result.digest },
    "containerimage.digest": result.digest,
    "image.name": image.name,
  });
  const found = await run("docker", ["image", "inspect", String(imageId(result))]);
  expect(found.code, found.stderr).toBe(0);
});

test("an OCI layout as a folder, to which images are added", async () => {
  const folder = join(temporaryFolder(), "layout");
  const output = { type: "oci", dest: folder, attrs: { tar: "false" } } as const;
  const result = await build(contextWith(simple, { fresh: true }), { outputs: [output], tags: ["app:one"] });
  await build(contextWith(simple, { fresh: true }), { outputs: [output], tags: ["app:two"] });
  for (const tag of ["one", "two"]) {
    const read = await run("skopeo", ["inspect", "--raw", `oci:${folder}:${tag}`]);
    expect(read.code, read.stderr).toBe(0);
    if (tag === "one") expect(digestOf(read.stdout)).toBe(result.digest);
  }
  expect(existsSync(join(folder, "index.json.lock"))).toBe(false);
});

test("an image is sent to the engine of another context, with all its platforms", async () => {
  const tag = `loaded-${randomBytes(4).toString("hex")}:1`;
  useContext("far", testWorker().dockerHost);
  await build(contextWith(simple, { fresh: true }), {
    platforms,
    outputs: [{ type: "docker", attrs: { context: "far" } }],
    tags: [tag],
  });
  const ran = await run("docker", ["run", "--rm", "--network", "none", tag, "cat", "/a.txt"]);
  expect(ran.code, ran.stderr).toBe(0);
  await expect(
    build(contextWith(simple), { outputs: [{ type: "docker", attrs: { context: "nowhere" } }], tags: [tag] }),
  ).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("nowhere") });
});

test("an engine that is gone when the image comes fails the build", async () => {
  useContext("gone", "tcp://127.0.0.1:1");
  const building = build(contextWith(simple), { outputs: [{ type: "docker", attrs: { context: "gone" } }] });
  await expect(building).rejects.toMatchObject({ code: "worker-unreachable" });
});

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

/** A Docker configuration with a context of this name. */
function useContext(name: string, host: string): void {
  const folder = temporaryFolder();
  const meta = join(folder, "contexts/meta", createHash("sha256").update(name).digest("hex"));
  mkdirSync(meta, { recursive: true });
  writeFileSync(join(meta, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
  vi.stubEnv("DOCKER_CONFIG", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

/** A name in the test's registry, and what is under it. */
function newImage() {
  const repository = `app-${randomBytes(6).toString("hex")}`;
  const { registry } = testWorker();
  const get = async (kind: string, digest: string) => {
    const types = ["application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"];
    const docker = ["manifest.list", "manifest"].map((type) => `application/vnd.docker.distribution.${type}.v2+json`);
    const response = await fetch(`http://${registry}/v2/${repository}/${kind}/${digest}`, {
      headers: { Accept: [...types, ...docker].join(", ") },
    });
    expect(response.status).toBe(200);
    return JSON.parse(await response.text());
  };
  return {
    name: `${registry}/${repository}:1`,
    manifest: (digest: string) => get("manifests", digest),
    /** The statements of an attestation manifest. */
    async statements(digest: string): Promise<readonly Statement[]> {
      const { layers } = await get("manifests", digest);
      return Promise.all(layers.map((layer: { digest: string }) => get("blobs", layer.digest)));
    },
  };
}

interface Statement {
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly subject: readonly { readonly digest: { readonly sha256: string } }[];
}
