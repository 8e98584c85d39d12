import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../../src/digest.ts";
import { Failure } from "../../src/failure.ts";
import { createRegistryResolver } from "../../src/registry/image-resolver.ts";
import { parseLayoutAddress, readLayoutContent, resolveLayoutTag } from "../../src/registry/oci-layout.ts";
import { configFor, entry, putImage, types } from "./registry-server.ts";

const digest = digestOf("x");

test.each([
  ["oci-layout://a/b", { folder: "a/b", tag: "latest", digest: "" }],
  ["oci-layout:///a/b:v1", { folder: "/a/b", tag: "v1", digest: "" }],
  [`oci-layout://a@${digest}`, { folder: "a", tag: "", digest }],
  [`oci-layout://a:v1@${digest}`, { folder: "a", tag: "v1", digest }],
  ["oci-layout://C:\\a", { folder: "C:\\a", tag: "latest", digest: "" }],
  ["oci-layout://C:/a:v1", { folder: "C:/a", tag: "v1", digest: "" }],
  ["oci-layout://a@b:c/d", { folder: "a@b:c/d", tag: "latest", digest: "" }],
  ["docker-image://a", undefined],
])("%s", (text, expected) => {
  expect(parseLayoutAddress(text)).toEqual(expected);
});

test("an image is found by its full name, its tag, or because it is the only one", async () => {
  const { folder, put } = layout();
  const [one, two] = [putImage(put, "linux/amd64"), putImage(put, "linux/arm64")];
  const named = { "io.containerd.image.name": "docker.io/library/a:v1", "org.opencontainers.image.ref.name": "v1" };
  writeIndex(folder, [{ ...entry(put, one), annotations: named }]);
  expect(await resolveLayoutTag(folder, "anything")).toBe(one);
  writeIndex(folder, [
    { ...entry(put, one), annotations: named },
    { ...entry(put, two), annotations: { "org.opencontainers.image.ref.name": "v2" } },
  ]);
  expect(await resolveLayoutTag(folder, "docker.io/library/a:v1")).toBe(one);
  expect(await resolveLayoutTag(folder, "v1")).toBe(one);
  expect(await resolveLayoutTag(folder, "v2")).toBe(two);
  const failure = await failureOf(resolveLayoutTag(folder, "v3"));
  expect(failure.message).toContain("v3");
  expect(failure.remedy).toContain("v1, v2");
});

test("the config for a platform is read from a layout, by tag, by digest, by the name of its store", async () => {
  const { folder, put } = layout();
  const manifests = ["linux/amd64", "linux/arm/v6"].map((platform) => entry(put, putImage(put, platform), platform));
  const index = put.put({ schemaVersion: 2, mediaType: types.index, manifests });
  writeIndex(folder, [{ ...entry(put, index), mediaType: types.index }]);
  const resolver = createRegistryResolver({ cache: false, layouts: new Map([["store", folder]]) });
  const request = { platform: "linux/arm/v7" };
  for (const ref of [`oci-layout://${folder}`, `oci-layout://${folder}:any`, `oci-layout://${folder}@${index}`]) {
    const image = await resolver.image(ref, request);
    expect([image.digest, text(image.config)]).toEqual([index, configFor("linux/arm/v6")]);
  }
  const stored = await resolver.image(`a/b@${index}`, { ...request, ociLayout: { storeId: "store" } });
  expect(stored.digest).toBe(index);
  const missing = resolver.image(`a/b@${index}`, { ...request, ociLayout: { storeId: "other" } });
  expect((await failureOf(missing)).message).toContain("no OCI layout other");
  const nowhere = resolver.image(`oci-layout://${folder}`, { platform: "linux/s390x" });
  expect((await failureOf(nowhere)).message).toContain("only for linux/amd64, linux/arm/v6");
});

test("a layout that is none, or broken, is a failure that says where", async () => {
  const { folder, put } = layout();
  expect((await failureOf(resolveLayoutTag(folder, "a"))).message).toContain("index.json");
  for (const index of ["", "{", "[]", "null", '{"manifests":5}', '{"manifests":[{}]}', '{"manifests":[]}']) {
    writeFileSync(join(folder, "index.json"), index);
    expect((await failureOf(resolveLayoutTag(folder, "a"))).code).toBe("image-unresolved");
  }
  const read = (name: string) => failureOf(readLayoutContent(folder, name, 100));
  expect((await read(digest)).message).toContain(digest);
  expect((await read("sha256:../../index.json")).message).toContain("no digest");
  const spoilt = put.put("content");
  writeFileSync(join(folder, "blobs/sha256", spoilt.slice(7)), "spoilt");
  expect((await read(spoilt)).message).toContain("another digest");
  expect((await read(put.put("x".repeat(101)))).message).toContain("more than 100 bytes");
  mkdirSync(join(folder, "blobs/sha256", digest.slice(7)));
  expect((await read(digest)).code).toBe("image-unresolved");
  if (process.platform === "win32") return;
  const endless = digestOf("endless");
  symlinkSync("/dev/zero", join(folder, "blobs/sha256", endless.slice(7)));
  expect((await read(endless)).message).toContain("no file");
});

function layout() {
  const folder = mkdtempSync(join(tmpdir(), "llbc-layout-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "blobs/sha256"), { recursive: true });
  const content = new Map<string, Buffer>();
  const put = (given: string | Uint8Array | object) => {
    const isBytes = typeof given === "string" || given instanceof Uint8Array;
    const bytes = Buffer.from(isBytes ? given : JSON.stringify(given));
    const name = digestOf(bytes);
    content.set(name, bytes);
    writeFileSync(join(folder, "blobs/sha256", name.slice(7)), bytes);
    return name;
  };
  return { folder, put: { put, content } };
}

function writeIndex(folder: string, manifests: readonly object[]): void {
  writeFileSync(join(folder, "index.json"), JSON.stringify({ schemaVersion: 2, manifests }));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  if (!(error instanceof Failure)) throw error;
  return error;
}
