import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { digestOf } from "../../src/digest.ts";
import { Failure } from "../../src/failure.ts";
import type { SourceResolver } from "../../src/graph/compile-options.ts";
import {
  createRegistryResolver,
  type RegistryResolver,
  type RegistryResolverOptions,
} from "../../src/registry/image-resolver.ts";
import { readRegistryConfig } from "../../src/registry/registry-config.ts";
import { configFor, entry, putImage, putIndex, registryServer, types } from "./registry-server.ts";
import { json } from "./rig.ts";

test.each([false, true])(
  "the digest is the index's, the config the best platform's (Docker's types: %s)",
  async (docker) => {
    const registry = await registryServer();
    const index = putIndex(registry, ["linux/amd64", "linux/arm/v6", "linux/arm64"], docker);
    registry.tags.set("a/b:latest", index);
    const resolver = resolverFor();
    for (const [platform, chosen] of [
      ["linux/amd64", "linux/amd64"],
      ["linux/arm64/v8", "linux/arm64"],
      ["linux/arm/v7", "linux/arm/v6"],
    ] as const) {
      const { digest, config } = await resolver.image(`${registry.host}/a/b`, { platform });
      expect([digest, text(config)]).toEqual([index, configFor(chosen)]);
    }
  },
);

test("a manifest alone is taken for any platform", async () => {
  const registry = await registryServer();
  const digest = putImage(registry, "linux/amd64");
  const image = await resolverFor().image(`${registry.host}/a/b:ignored@${digest}`, { platform: "linux/arm64" });
  expect([image.digest, text(image.config)]).toEqual([digest, configFor("linux/amd64")]);
});

test("a platform that is not there is a failure with a list of those that are, attestations left out", async () => {
  const registry = await registryServer();
  const attestation = {
    ...entry(registry, putImage(registry, "unknown/unknown"), "unknown/unknown"),
    annotations: { "vnd.docker.reference.type": "attestation-manifest" },
  };
  const { platform: _, ...unnamed } = attestation;
  const manifests = ["linux/amd64", "linux/arm/v7"].map((each) => entry(registry, putImage(registry, each), each));
  const index = registry.put({ schemaVersion: 2, manifests: [attestation, unnamed, ...manifests] });
  const failure = await failureOf(resolverFor().image(`${registry.host}/a@${index}`, { platform: "linux/riscv64" }));
  expect(failure.code).toBe("image-unresolved");
  expect(failure.message).toContain("only for linux/amd64, linux/arm/v7");
  expect(failure.message).not.toContain("unknown");
});

test("indexes within indexes are followed; of a manifest without platform, its config decides", async () => {
  const registry = await registryServer();
  const inner = putIndex(registry, ["linux/amd64"]);
  const middle = registry.put({ schemaVersion: 2, manifests: [{ ...entry(registry, inner), mediaType: types.index }] });
  const arm = putImage(registry, "linux/arm64");
  const outer = registry.put({ schemaVersion: 2, manifests: [{ ...entry(registry, middle), mediaType: types.index }] });
  const unnamed = registry.put({ schemaVersion: 2, manifests: [entry(registry, arm)] });
  const resolver = resolverFor();
  const { config } = await resolver.image(`${registry.host}/a@${outer}`, { platform: "linux/amd64" });
  expect(text(config)).toBe(configFor("linux/amd64"));
  const named = await resolver.image(`${registry.host}/a@${unnamed}`, { platform: "linux/arm64" });
  expect(text(named.config)).toBe(configFor("linux/arm64"));
  const failure = await failureOf(resolver.image(`${registry.host}/a@${unnamed}`, { platform: "linux/amd64" }));
  expect(failure.message).toContain("only for linux/arm64");
  let deep = inner;
  for (let depth = 0; depth < 20; depth++) {
    deep = registry.put({ schemaVersion: 2, manifests: [{ ...entry(registry, deep), mediaType: types.index }] });
  }
  const endless = await failureOf(resolver.image(`${registry.host}/a@${deep}`, { platform: "linux/amd64" }));
  expect(endless.message).toContain("without end");
});

test.each([
  ["no JSON", "<html>", "not JSON"],
  ["nothing", "", "not JSON"],
  ["a list", "[]", "not a JSON object"],
  ["of the first format", { schemaVersion: 1, fsLayers: [], history: [] }, "first image format"],
  ["two things at once", { schemaVersion: 2, config: {}, manifests: [] }, "both"],
  ["not what it says", { schemaVersion: 2, mediaType: types.index, config: {} }, "not what its media type"],
  ["nothing known", { schemaVersion: 2 }, "neither"],
  ["without config", { schemaVersion: 2, layers: [] }, "no image config"],
  ["without digest", { schemaVersion: 2, config: { digest: "sha256:x" } }, "no valid digest"],
  ["of a wrong size", { schemaVersion: 2, config: { digest: digestOf(""), size: -1 } }, "no valid size"],
  ["no image", { config: { digest: digestOf(""), mediaType: "application/vnd.cncf.helm.config.v1+json" } }, "helm"],
  ["too large", { config: { digest: digestOf(""), mediaType: types.config, size: 2 ** 40 } }, "more than"],
])("a manifest that is %s is refused", async (_, content, why) => {
  const registry = await registryServer();
  registry.tags.set("a:1", registry.put(content));
  const failure = await failureOf(resolverFor().image(`${registry.host}/a:1`, { platform: "linux/amd64" }));
  expect(failure.code).toBe("image-unresolved");
  expect(failure.message).toContain(why);
  expect(failure.message).toContain(`${registry.host}/a:1`);
});

test("what is no image name or no platform is a failure", async () => {
  const resolver = resolverFor();
  expect((await failureOf(resolver.image("A:B:C", { platform: "linux/amd64" }))).code).toBe("image-unresolved");
  expect((await failureOf(resolver.image("alpine", { platform: "a/b/c/d" }))).code).toBe("usage");
});

test("content is read once and kept; tags are asked each time", async () => {
  const registry = await registryServer();
  registry.tags.set("a/b:1", putIndex(registry, ["linux/amd64", "linux/arm64"]));
  const cache = newFolder();
  const ask = (resolver: RegistryResolver) =>
    Promise.all(
      ["linux/amd64", "linux/arm64"].map((platform) => resolver.image(`${registry.host}/a/b:1`, { platform })),
    );
  const resolver = resolverFor({ cache });
  const first = await ask(resolver);
  expect(registry.seen.map(({ method }) => method).sort()).toEqual(["GET", "GET", "GET", "GET", "GET", "HEAD"]);
  registry.seen.length = 0;
  expect(await ask(resolver)).toEqual(first);
  expect(await ask(resolverFor({ cache }))).toEqual(first);
  expect(registry.seen.map(({ method }) => method)).toEqual(["HEAD", "HEAD"]);
});

test("an image with a digest needs no registry the second time; a tag needs none in the local mode", async () => {
  const registry = await registryServer();
  const digest = putIndex(registry, ["linux/amd64"]);
  registry.tags.set("a/b:1", digest);
  const cache = newFolder();
  const request = { platform: "linux/amd64", resolveMode: "local" };
  await resolverFor({ cache }).image(`${registry.host}/a/b:1`, request);
  expect(registry.seen.map(({ method }) => method)).toEqual(["HEAD", "GET", "GET", "GET"]);
  registry.mishaps.push((_seen, response) => {
    json(response, 500, {});
    return true;
  });
  registry.seen.length = 0;
  expect((await resolverFor({ cache }).image(`${registry.host}/a/b:1`, request)).digest).toBe(digest);
  expect(
    (await resolverFor({ cache }).image(`${registry.host}/a/b@${digest}`, { platform: "linux/amd64" })).digest,
  ).toBe(digest);
  expect(registry.seen).toEqual([]);
  await failureOf(resolverFor({ cache }).image(`${registry.host}/a/b:1`, { platform: "linux/amd64" }));
});

test("a cache that was spoilt is mended from the registry", async () => {
  const registry = await registryServer();
  const digest = putIndex(registry, ["linux/amd64"]);
  const cache = newFolder();
  const ask = () => resolverFor({ cache }).image(`${registry.host}/a/b@${digest}`, { platform: "linux/amd64" });
  const first = await ask();
  for (const name of readdirSync(cache)) writeFileSync(join(cache, name), "spoilt");
  expect(await ask()).toEqual(first);
  registry.content.clear();
  expect(await ask()).toEqual(first);
});

test("without a cache nothing is written", async () => {
  const registry = await registryServer();
  const digest = putImage(registry, "linux/amd64");
  const home = newFolder();
  const env = { HOME: home, XDG_CACHE_HOME: join(home, "cache"), DOCKER_CONFIG: home };
  await createRegistryResolver({ cache: false, env }).image(`${registry.host}/a@${digest}`, {
    platform: "linux/amd64",
  });
  expect(readdirSync(home)).toEqual([]);
  await createRegistryResolver({ env }).image(`${registry.host}/a@${digest}`, { platform: "linux/amd64" });
  expect(readdirSync(join(home, "cache", "llbc", "images"))).toHaveLength(2);
});

test("Docker's credentials and mirrors of this machine are used unless others are given", async () => {
  const [registry, mirror] = [await registryServer(), await registryServer()];
  registry.auth = { kind: "basic", pair: "me:s3cret" };
  const digest = putImage(registry, "linux/amd64");
  const home = newFolder();
  const auths = { [registry.host]: { auth: Buffer.from("me:s3cret").toString("base64") } };
  writeFileSync(join(home, "config.json"), JSON.stringify({ auths }));
  const env = { HOME: home, DOCKER_CONFIG: home, LLBC_REGISTRY_MIRRORS: `${registry.host}=${mirror.url}` };
  const resolver = createRegistryResolver({ cache: false, env });
  expect((await resolver.image(`${registry.host}/a@${digest}`, { platform: "linux/amd64" })).digest).toBe(digest);
  expect(mirror.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
  expect(mirror.seen.map(({ path }) => path)).toEqual([
    `/v2/a/manifests/${digest}`,
    `/v2/a/blobs/${digestOf(configFor("linux/amd64"))}`,
  ]);
});

test("mirrors come from a variable and from Docker's daemon.json", async () => {
  const home = newFolder();
  const config = join(home, "docker");
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: home,
    LLBC_REGISTRY_MIRRORS: "one.example, ghcr.io=two.example/x docker.io=https://three.example",
    LLBC_INSECURE_REGISTRIES: "a:5000,b",
  };
  const before = await readRegistryConfig(env);
  expect(before.insecure).toEqual(["a:5000", "b"]);
  expect(before.mirrors?.get("ghcr.io")).toEqual(["two.example/x"]);
  const own = ["one.example", "https://three.example"];
  expect(before.mirrors?.get("docker.io")?.slice(0, 2)).toEqual(own);
  if (process.platform === "win32") return;
  const { mkdirSync } = await import("node:fs");
  mkdirSync(config);
  const path = join(config, "daemon.json");
  writeFileSync(path, JSON.stringify({ "registry-mirrors": ["https://four.example/", "one.example", 5] }));
  const after = await readRegistryConfig(env);
  expect(after.mirrors?.get("docker.io")?.slice(0, 3)).toEqual([...own, "https://four.example/"]);
  for (const broken of ["{", "[]", '{"registry-mirrors":{}}', "null"]) {
    writeFileSync(path, broken);
    expect(await readRegistryConfig(env)).toEqual(before);
  }
});

test("the signal ends all questions, also those that have not begun", async () => {
  const registry = await registryServer();
  const stop = new AbortController();
  registry.mishaps.push(() => {
    if (registry.seen.length === 8) stop.abort(new Error("enough"));
    return true;
  });
  const resolver = resolverFor();
  const questions = Array.from({ length: 20 }, (_, index) =>
    resolver.image(`${registry.host}/a${index}:1`, { platform: "linux/amd64", signal: stop.signal }),
  );
  for (const result of await Promise.allSettled(questions)) {
    expect(result).toMatchObject({ status: "rejected", reason: { message: "enough" } });
  }
  expect(registry.seen).toHaveLength(8);
});

test("whatever comes back, the end is a result or a failure", { timeout: 60_000 }, async () => {
  const registry = await registryServer();
  const good = putIndex(registry, ["linux/amd64"]);
  registry.tags.set("a:1", good);
  const answers: fc.Arbitrary<Answer> = fc.record({
    status: fc.constantFrom(200, 200, 200, 204, 206, 301, 307, 400, 401, 403, 404, 416, 429, 500, 503, 599),
    headers: fc.dictionary(
      fc.constantFrom(
        "Location",
        "WWW-Authenticate",
        "Docker-Content-Digest",
        "Content-Type",
        "Retry-After",
        "Content-Range",
      ),
      fc.oneof(
        fc.constantFrom(
          good,
          "/",
          `${registry.url}/v2/a/manifests/1`,
          `Bearer realm="${registry.url}/token"`,
          "Basic",
          "0",
        ),
        fc.constantFrom("http://[", "Bearer realm=x", "sha256:", "bytes 0-1/2", "text/html"),
      ),
      { maxKeys: 4 },
    ),
    body: fc.oneof(
      fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((value) => Buffer.from(value)),
      fc.constantFrom(good, digestOf("")).map((each) => Buffer.from(JSON.stringify({ manifests: [{ digest: each }] }))),
      fc.constant(undefined),
    ),
    breaks: fc.constantFrom("no", "no", "no", "short", "at once"),
  });
  let queue: readonly Answer[] = [];
  let asked = 0;
  registry.mishaps.push((_seen, response, request) => {
    const answer = queue[asked++];
    if (answer === undefined) return false;
    if (answer.breaks === "at once") {
      request.socket.destroy();
      return true;
    }
    for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
    if (answer.breaks === "no") response.writeHead(answer.status).end(answer.body);
    else {
      response.writeHead(answer.status, { "Content-Length": 1000 });
      response.write(answer.body ?? "x", () => request.socket.end());
    }
    return true;
  });
  await fc.assert(
    fc.asyncProperty(fc.array(answers, { maxLength: 6 }), async (planned) => {
      queue = planned;
      asked = 0;
      const outcome: unknown = await resolverFor()
        .image(`${registry.host}/a:1`, { platform: "linux/amd64" })
        .catch((error: unknown) => error);
      if (outcome instanceof Error && !(outcome instanceof Failure)) throw outcome;
    }),
    { numRuns: 150 },
  );
});

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer | undefined;
  readonly breaks: string;
}

/** That it is one which the compiler can ask is for the type checker to say. */
function resolverFor(options: RegistryResolverOptions = {}): RegistryResolver & SourceResolver {
  return createRegistryResolver({
    cache: false,
    credentials: { credentialsFor: async () => ({ kind: "anonymous" }) },
    config: {},
    waits: [0, 0],
    patience: 5000,
    env: {},
    ...options,
  });
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "llbc-images-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  if (!(error instanceof Failure)) throw error;
  expect(`${error.message} ${error.remedy}`).not.toContain("s3cret");
  return error;
}
