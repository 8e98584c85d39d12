import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { Failure } from "../../src/failure.ts";
import { build, temporaryFolder } from "./builds.ts";
import { answering, type Fault, faultyRegistry, isBlob, isManifest } from "./faulty-registry.ts";
import { packLayer, pushImage } from "./frontend/push-image.ts";
import { testWorker } from "./worker.ts";

/** Builds from an image that no worker has seen, through a registry with a fault, into a folder that is to stay empty. */
async function buildFrom(fault: Fault) {
  const { name, contents } = await newImage();
  const registry = await faultyRegistry(fault);
  const dest = join(temporaryFolder(), "out.tar");
  const context = temporaryFolder();
  writeFileSync(join(context, "Dockerfile"), `FROM ${registry.host}/${name}:1\n`);
  const outcome: unknown = await build(context, { outputs: [{ type: "tar", dest }] }).catch((error: unknown) => error);
  return { outcome, host: registry.host, requests: registry.requests, left: readdirSync(join(dest, "..")), contents };
}

async function newImage() {
  const name = `faults/${randomBytes(6).toString("hex")}`;
  const contents = randomBytes(100_000).toString("hex");
  const layers = [await packLayer([{ path: "file", content: contents }])];
  await pushImage(testWorker().registry, name, "1", [{ os: "linux", architecture: "amd64", layers, config: {} }]);
  return { name, contents };
}

/** Each answer, its kind of failure, and what the remedy speaks of. */
const refusals = [
  [401, "auth-refused", /log in/],
  [403, "auth-refused", /log in/],
  [404, "image-unresolved", /name/],
  [429, "image-unresolved", /--retry/],
  [500, "image-unresolved", /--retry/],
] as const;

test.each(refusals)("a registry that answers %i for a manifest: %s", async (status, code, remedy) => {
  const { outcome, host, left } = await buildFrom(answering(status, isManifest));
  expect(outcome).toMatchObject({ name: "Failure", code, message: expect.stringContaining(host) });
  expect(outcome instanceof Failure && outcome.remedy).toMatch(remedy);
  expect(left).toEqual([]);
});

test.each(refusals)("a registry that answers %i for a blob: %s", async (status, code, remedy) => {
  const { outcome, left } = await buildFrom(answering(status, isBlob));
  expect(outcome).toMatchObject({ name: "Failure", code });
  expect(outcome instanceof Failure && outcome.remedy).toMatch(remedy);
  expect(left).toEqual([]);
});

test.each([
  ["half of a blob", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
  ["a blob of another digest", (bytes: Buffer) => bytes],
])("a registry that sends %s", async (_, sent) => {
  const { outcome, left } = await buildFrom((request, response, pass) => {
    if (!isBlob(request)) {
      pass();
      return;
    }
    const bytes = randomBytes(1000);
    response.writeHead(200, { "Content-Length": bytes.length });
    response.write(sent(bytes), () => (sent(bytes).length < bytes.length ? response.destroy() : response.end()));
  });
  expect(outcome).toMatchObject({ name: "Failure", code: "image-unresolved" });
  expect(outcome instanceof Failure && outcome.remedy).toMatch(/damaged|--retry/);
  expect(left).toEqual([]);
});

test("a registry that fails for a while, is slow, and breaks off once: the build waits and goes on", async () => {
  let failures = 0;
  let halves = 0;
  const { outcome, left, requests } = await buildFrom(async (request, response, pass) => {
    await setTimeout(100);
    if (isManifest(request) && failures++ < 1) answering(503, isManifest)(request, response, pass);
    else if (isBlob(request) && halves++ < 1) response.destroy();
    else pass();
  });
  expect(outcome).not.toBeInstanceOf(Error);
  expect(left).toEqual(["out.tar"]);
  expect([failures > 1, halves > 1]).toEqual([true, true]);
  expect(requests.length).toBeGreaterThan(4);
});

test("a registry that sends a blob of the right length and of other content", async () => {
  const { outcome, left } = await buildFrom(async (request, response, pass) => {
    if (!isBlob(request)) {
      pass();
      return;
    }
    const answer = await fetch(`http://${testWorker().registry}${request.url}`);
    const bytes = Buffer.from(await answer.arrayBuffer());
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
    response.writeHead(200, { "Content-Length": bytes.length }).end(bytes);
  });
  expect(outcome).toMatchObject({ name: "Failure", code: "image-unresolved" });
  expect(outcome instanceof Failure && outcome.remedy).toMatch(/damaged|--retry/);
  expect(left).toEqual([]);
});

test("a push that a registry cannot take for the moment is tried again, as often as is asked", async () => {
  // The worker itself asks again some times before it gives up.
  let isBusy = true;
  const isUpload = ({ method }: IncomingMessage) => isBusy && (method === "POST" || method === "PUT");
  const registry = await faultyRegistry(answering(503, isUpload));
  const context = temporaryFolder();
  writeFileSync(
    join(context, "Dockerfile"),
    `FROM scratch\nCOPY Dockerfile /\nLABEL a=${randomBytes(20).toString("hex")}\n`,
  );
  const { events, digest } = await build(context, {
    push: true,
    tags: [`${registry.host}/retried:1`],
    retry: 2,
    onEvent: (event) => {
      if (event.kind === "note") isBusy = false;
    },
  });
  expect(events).toContainEqual({ kind: "note", message: expect.stringContaining("(1 of 2)") });
  const pushed = await fetch(`http://${testWorker().registry}/v2/retried/manifests/1`, {
    headers: { accept: "application/vnd.oci.image.index.v1+json" },
  });
  expect(pushed.headers.get("docker-content-digest")).toBe(digest);
});

test.each([
  [401, "auth-refused", /log in/],
  [403, "auth-refused", /log in/],
  [404, "export-failed", /name/],
  [429, "export-failed", /--retry/],
  [500, "export-failed", /--retry/],
] as const)("a registry that answers a push with %i: %s", async (status, code, remedy) => {
  const registry = await faultyRegistry(answering(status, ({ url }) => url !== "/v2/"));
  const context = temporaryFolder();
  writeFileSync(join(context, "Dockerfile"), "FROM scratch\nCOPY Dockerfile /\n");
  const outcome: unknown = await build(context, { push: true, tags: [`${registry.host}/app:1`] }).catch(
    (error: unknown) => error,
  );
  expect(outcome).toMatchObject({ name: "Failure", code, message: expect.stringContaining(registry.host) });
  expect(outcome instanceof Failure && outcome.remedy).toMatch(remedy);
});

test.each([
  ["is not there", undefined, /docker-credential-test: there is no such program/],
  ["fails", '#!/bin/sh\necho "the keychain is locked"\nexit 1\n', /docker-credential-test/],
  ["answers nonsense", "#!/bin/sh\necho s3cret\n", /docker-credential-test/],
] as const)("a credential helper that %s is named, and no secret that it gave is told", async (_, script, message) => {
  const folder = temporaryFolder();
  const registry = await faultyRegistry((request, response) => {
    request.resume();
    response.writeHead(401, { "WWW-Authenticate": 'Basic realm="test"' });
    response.end();
  });
  writeFileSync(join(folder, "config.json"), JSON.stringify({ credHelpers: { [registry.host]: "test" } }));
  mkdirSync(join(folder, "bin"));
  if (script !== undefined) {
    writeFileSync(join(folder, "bin/docker-credential-test"), script);
    chmodSync(join(folder, "bin/docker-credential-test"), 0o755);
  }
  vi.stubEnv("DOCKER_CONFIG", folder);
  vi.stubEnv("PATH", `${join(folder, "bin")}:${process.env.PATH}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  const context = temporaryFolder();
  writeFileSync(join(context, "Dockerfile"), `FROM ${registry.host}/app:1\n`);
  const outcome: unknown = await build(context).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ name: "Failure", code: "auth-refused", message: expect.stringMatching(message) });
  expect(String(outcome)).not.toContain("s3cret");
});
