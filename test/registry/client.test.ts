import { createHash } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import { type ImageReference, parseImageReference } from "../../src/image-reference.ts";
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from "../../src/registry/client.ts";
import type { CredentialStore } from "../../src/registry/credentials.ts";
import { listen } from "../loopback.ts";
import { basic, putImage, putIndex, registryServer, type TestRegistry } from "./registry-server.ts";
import { httpServer, json } from "./rig.ts";

const nobody: CredentialStore = { credentialsFor: async () => ({ kind: "anonymous" }) };
const me: CredentialStore = {
  credentialsFor: async () => ({ kind: "password", username: "me", password: "s3cret" }),
};

test("a tag is resolved by HEAD, its manifest and blobs are read by digest", async () => {
  const registry = await registryServer();
  const index = putIndex(registry, ["linux/amd64", "linux/arm64"]);
  registry.tags.set("a/b:1", index);
  const connections = new Set<Socket>();
  registry.mishaps.push((_seen, _response, request) => {
    connections.add(request.socket);
    return false;
  });
  const { client, image } = open(registry);
  expect(await client.resolveTag(image)).toEqual({ digest: index, manifest: undefined });
  const { content, mediaType } = await client.readManifest({ ...image, digest: index });
  expect(Buffer.from(content)).toEqual(registry.content.get(index));
  expect(mediaType).toBe("application/vnd.oci.image.index.v1+json");
  const blob = registry.put("blob");
  expect(await client.statBlob(image, blob)).toBe(4);
  expect(await client.statBlob(image, digestOfNothing)).toBeUndefined();
  expect(text(await client.readBlob(image, { digest: blob, size: 4 }, 10))).toBe("blob");
  expect(registry.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "HEAD /v2/a/b/manifests/1",
    `GET /v2/a/b/manifests/${index}`,
    `HEAD /v2/a/b/blobs/${blob}`,
    `HEAD /v2/a/b/blobs/${digestOfNothing}`,
    `GET /v2/a/b/blobs/${blob}`,
  ]);
  // What has no content after all, such as the answer to a HEAD that fails, may cost its connection.
  expect(connections.size).toBeLessThanOrEqual(2);
});

test("a manifest is written to the registry itself, again where it is busy", async () => {
  const registry = await registryServer();
  const answers = [503, 201, 400, 403];
  const got: string[] = [];
  registry.mishaps.push(({ method, path, body }, response, request) => {
    got.push(`${method} ${path} ${request.headers["content-type"]} ${body}`);
    response.writeHead(answers.shift() ?? 500).end();
    return true;
  });
  const config = { mirrors: new Map([[registry.host, ["mirror.invalid"]]]) };
  const { client, image } = open(registry, { config });
  const manifest = { mediaType: "application/vnd.oci.image.index.v1+json", content: Buffer.from("{}") };
  await client.writeManifest(image, manifest);
  const put = "PUT /v2/a/b/manifests/1 application/vnd.oci.image.index.v1+json {}";
  expect(got).toEqual([put, put]);
  await expect(client.writeManifest(image, manifest)).rejects.toMatchObject({
    code: "export-failed",
    message: `${registry.host}/a/b:1 cannot be written to ${registry.host}: it answers 400`,
  });
  await expect(client.writeManifest(image, manifest)).rejects.toMatchObject({ code: "auth-refused" });
});

test.each([
  ["does not know HEAD", 405],
  ["does not say the digest", 200],
])("a registry that %s is asked by GET", async (_, status) => {
  const registry = await registryServer();
  const digest = putImage(registry, "linux/amd64");
  registry.tags.set("a/b:1", digest);
  registry.mishaps.push(({ method }, response) => {
    if (method === "HEAD") response.writeHead(status).end();
    return method === "HEAD";
  });
  registry.mishaps.push((_seen, response) => {
    response.end(registry.content.get(digest));
    return true;
  });
  const { client, image } = open(registry);
  const { digest: found, manifest } = await client.resolveTag(image);
  expect(found).toBe(digest);
  expect(manifest?.content).toEqual(registry.content.get(digest));
});

test("one token for each repository is fetched and used for all of it", async () => {
  const registry = await registryServer();
  registry.auth = { kind: "bearer", pair: "me:s3cret" };
  registry.tags.set("a/b:1", putImage(registry, "linux/amd64"));
  registry.tags.set("c:1", putImage(registry, "linux/amd64"));
  const { client, image } = open(registry, { credentials: me });
  await Promise.all([client.resolveTag(image), client.resolveTag(image)]);
  await client.resolveTag(image);
  await client.resolveTag({ ...image, path: "c" });
  const tokens = registry.seen.filter(({ path, method }) => path === "/token" && method === "GET");
  expect(tokens.map(({ query }) => query.get("scope"))).toEqual(["repository:a/b:pull", "repository:c:pull"]);
  expect(tokens.every(({ authorization }) => authorization === basic("me:s3cret"))).toBe(true);
});

test("a token that has become old, or bad, is fetched again", async () => {
  const registry = await registryServer();
  registry.auth = { kind: "bearer", expiresIn: 300 };
  registry.tags.set("a/b:1", putImage(registry, "linux/amd64"));
  const { client, image } = open(registry);
  await client.resolveTag(image);
  let refusals = 1;
  registry.mishaps.push(({ path }, response) => {
    if (path === "/token" || refusals-- <= 0) return false;
    response.setHeader("WWW-Authenticate", `Bearer realm="${registry.url}/token"`);
    json(response, 401, {});
    return true;
  });
  await client.resolveTag(image);
  expect(registry.seen.filter(({ path }) => path === "/token")).toHaveLength(2);
});

test("Basic is shown to registries that ask for it", async () => {
  const registry = await registryServer();
  registry.auth = { kind: "basic", pair: "me:s3cret" };
  registry.tags.set("a/b:1", putImage(registry, "linux/amd64"));
  const { client, image } = open(registry, { credentials: me });
  await client.resolveTag(image);
  await client.resolveTag(image);
  expect(registry.seen.map(({ authorization }) => authorization)).toEqual([
    undefined,
    basic("me:s3cret"),
    basic("me:s3cret"),
  ]);
});

test("who is refused hears where, and what to do, and no secret", async () => {
  const registry = await registryServer();
  registry.tags.set("a/b:1", putImage(registry, "linux/amd64"));
  registry.auth = { kind: "basic", pair: "other:one" };
  for (const credentials of [me, nobody]) {
    const { client, image } = open(registry, { credentials });
    const failure = await failureOf(client.resolveTag(image));
    expect(failure.code).toBe("auth-refused");
    expect(failure.message).toContain(registry.host);
    expect(failure.message).toContain("a/b");
    expect(failure.remedy).toContain(`docker login ${registry.host}`);
  }
  registry.auth = { kind: "none" };
  registry.mishaps.push((_seen, response) => {
    json(response, 403, { errors: [{ code: "DENIED", message: "s3cret" }] });
    return true;
  });
  const { client, image } = open(registry, { credentials: me });
  const failure = await failureOf(client.readManifest(image));
  expect(failure.code).toBe("auth-refused");
  expect(failure.message).toContain("403 DENIED");
});

test("a blob behind a redirect is read from the other server, which sees no Authorization", async () => {
  const registry = await registryServer();
  registry.auth = { kind: "bearer" };
  const store = await httpServer((_, response) => response.end("elsewhere"));
  const blob = registry.put("elsewhere");
  registry.mishaps.push(({ path, authorization }, response) => {
    if (!path.includes("/blobs/") || authorization === undefined) return false;
    response.writeHead(307, { Location: `${store.url}/signed?key=1` }).end();
    return true;
  });
  const { client, image } = open(registry, { credentials: me });
  expect(text(await client.readBlob(image, { digest: blob }, 100))).toBe("elsewhere");
  expect(store.seen.map(({ authorization, path }) => [path, authorization])).toEqual([["/signed", undefined]]);
});

test("a server that the registry redirects to cannot ask for credentials", async () => {
  const registry = await registryServer();
  const thief = await httpServer((_, response) => {
    response.setHeader("WWW-Authenticate", `Bearer realm="${thief.url}/token"`);
    json(response, 401, {});
  });
  registry.mishaps.push((_seen, response) => {
    response.writeHead(307, { Location: thief.url }).end();
    return true;
  });
  const { client, image } = open(registry, { credentials: me });
  expect((await failureOf(client.readManifest(image))).code).toBe("auth-refused");
  expect(thief.seen).toHaveLength(1);
});

test("a token server that is busy is asked again; one that refuses is a failure about the image", async () => {
  const registry = await registryServer();
  registry.auth = { kind: "bearer", pair: "other:one" };
  let busy = 2;
  registry.mishaps.push(({ path }, response) => {
    if (path !== "/token" || busy-- <= 0) return false;
    json(response, 503, {});
    return true;
  });
  const { client, image } = open(registry, { credentials: me });
  const failure = await failureOf(client.readManifest(image));
  expect(failure.code).toBe("auth-refused");
  expect(failure.message).toContain("a/b");
  expect(failure.message).toContain("answers 401");
  expect(failure.remedy).toContain(`docker login ${registry.host}`);
});

test("a token that no header can hold is a failure", async () => {
  const registry = await registryServer();
  registry.auth = { kind: "bearer" };
  registry.mishaps.push(({ path }, response) => {
    if (path === "/token") json(response, 200, { token: "a\r\nHost: b" });
    return path === "/token";
  });
  const { client, image } = open(registry);
  expect((await failureOf(client.readManifest(image))).message).toContain("no header can hold");
});

test.each([429, 500, 502, 503, 504])("a registry that is busy (%i) is asked again", async (status) => {
  const registry = await registryServer();
  registry.tags.set("a/b:1", putImage(registry, "linux/amd64"));
  registry.mishaps.push((_seen, response) => {
    if (registry.seen.length > 2) return false;
    response.writeHead(status, { "Retry-After": "0" }).end();
    return true;
  });
  const { client, image } = open(registry);
  await client.resolveTag(image);
  expect(registry.seen).toHaveLength(3);
});

test("a registry that stays busy is a failure; one that wants to be left alone for long is one at once", async () => {
  const registry = await registryServer();
  let header = "0";
  registry.mishaps.push((_seen, response) => {
    response.setHeader("Retry-After", header);
    json(response, 429, { errors: [{ code: "TOOMANYREQUESTS" }] });
    return true;
  });
  const { client, image } = open(registry);
  const failure = await failureOf(client.readManifest(image));
  expect(failure.message).toContain("429 TOOMANYREQUESTS");
  expect(failure.remedy).toContain("docker login");
  expect(registry.seen).toHaveLength(4);
  header = "3600";
  expect((await failureOf(client.readManifest(image))).remedy).toContain("3600 seconds");
  expect(registry.seen).toHaveLength(5);
});

test("a connection that breaks is tried again, and a blob goes on where it broke", async () => {
  const registry = await registryServer();
  const bytes = Buffer.alloc(300_000, "0123456789");
  const blob = registry.put(bytes);
  const ranges: (string | undefined)[] = [];
  registry.mishaps.push((_seen, response, request) => {
    ranges.push(request.headers.range);
    if (ranges.length > 2) return false;
    if (ranges.length === 1) request.socket.destroy();
    else {
      response.writeHead(200, { "Content-Length": bytes.length });
      response.write(bytes.subarray(0, 100_000), () => request.socket.end());
    }
    return true;
  });
  const { client, image } = open(registry);
  const seen = createHash("sha256");
  for await (const chunk of client.streamBlob(image, { digest: blob, size: bytes.length })) seen.update(chunk);
  expect(`sha256:${seen.digest("hex")}`).toBe(blob);
  expect(ranges).toEqual([undefined, undefined, "bytes=100000-"]);
});

test("a registry that does not know Range sends it all again", async () => {
  const registry = await registryServer();
  const bytes = Buffer.alloc(300_000, "0123456789");
  const blob = registry.put(bytes);
  registry.mishaps.push((_seen, response, request) => {
    response.writeHead(200, { "Content-Length": bytes.length });
    if (registry.seen.length > 1) response.end(bytes);
    else response.write(bytes.subarray(0, 100_000), () => request.socket.end());
    return true;
  });
  const { client, image } = open(registry);
  expect(Buffer.from(await client.readBlob(image, { digest: blob }, bytes.length)).equals(bytes)).toBe(true);
});

test.each([
  ["other content", (blob: string) => blob.toUpperCase()],
  ["less", (blob: string) => blob.slice(1)],
  ["more", (blob: string) => `${blob}!`],
])("a blob with %s than its digest says ends with a failure", async (_, spoil) => {
  const registry = await registryServer();
  const blob = registry.put("content");
  registry.mishaps.push((_seen, response) => {
    response.end(spoil("content"));
    return true;
  });
  const { client, image } = open(registry);
  for (const size of [7, undefined]) {
    const failure = await failureOf(client.readBlob(image, { digest: blob, size }, 100));
    expect(failure.code).toBe("image-unresolved");
    expect(failure.message).toContain(blob);
  }
});

test("a manifest that is not the one asked for, or too long, is a failure", async () => {
  const registry = await registryServer();
  const digest = putImage(registry, "linux/amd64");
  let body = Buffer.from("{}");
  registry.mishaps.push((_seen, response) => {
    response.setHeader("Docker-Content-Digest", digest);
    response.write(body);
    response.end();
    return true;
  });
  const { client, image } = open(registry);
  expect((await failureOf(client.readManifest({ ...image, digest }))).message).toContain(digest);
  expect((await failureOf(client.readManifest(image))).message).toContain(digest);
  body = Buffer.alloc(4 * 1024 * 1024 + 1, " ");
  expect((await failureOf(client.readManifest(image))).message).toContain("more than 4194304 bytes");
});

test("the signal ends a body that does not end", async () => {
  const registry = await registryServer();
  const stop = new AbortController();
  registry.mishaps.push((_seen, response) => {
    response.writeHead(200, { "Content-Length": 1000 });
    response.write("begin");
    return true;
  });
  const { client, image } = open(registry);
  const parts: string[] = [];
  const reading = (async () => {
    for await (const chunk of client.streamBlob(image, { digest: digestOfNothing }, stop.signal)) {
      parts.push(text(chunk));
      stop.abort(new Error("enough"));
    }
  })();
  await expect(reading).rejects.toThrow("enough");
  expect(parts).toEqual(["begin"]);
});

test("the signal ends the wait for an answer and for a repeat", async () => {
  for (const answers of [false, true]) {
    const stop = new AbortController();
    const registry = await registryServer();
    registry.mishaps.push((_seen, response) => {
      if (answers) response.writeHead(503).end(() => setImmediate(() => stop.abort(new Error("enough"))));
      else stop.abort(new Error("enough"));
      return true;
    });
    const { client, image } = open(registry, { waits: [3_600_000] });
    await expect(client.readManifest(image, stop.signal)).rejects.toThrow("enough");
  }
});

test("a server that says nothing is not waited for", async () => {
  const registry = await registryServer();
  registry.mishaps.push(({ method }, response) => {
    if (method === "GET") response.writeHead(200, { "Content-Length": 10 }).write("x");
    return true;
  });
  const { client, image } = open(registry, { patience: 50 });
  expect((await failureOf(client.resolveTag(image))).message).toContain("nothing came for 0.05 seconds");
  expect((await failureOf(client.readManifest(image))).message).toContain("nothing came for 0.05 seconds");
});

test("mirrors come first, are told whom they stand in for, and the registry itself comes last", async () => {
  const registry = await registryServer();
  const [broken, empty, good] = [await registryServer(), await registryServer(), await registryServer()];
  broken.mishaps.push((_seen, response) => {
    response.writeHead(500).end();
    return true;
  });
  const digest = putImage(registry, "linux/amd64");
  registry.tags.set("a/b:1", digest);
  good.tags.set("cache/a/b:1", putImage(good, "linux/amd64"));
  const domain = "example.test";
  const image = { ...reference(registry), domain: registry.host };
  const mirrors = [broken.url, empty.host, `${good.url}/cache/`];
  const client = clientWith({ config: { mirrors: new Map([[registry.host, mirrors]]) } });
  expect((await client.resolveTag(image)).digest).toBe(digest);
  expect(good.seen.map(({ path, query }) => [path, query.get("ns")])).toEqual([
    ["/v2/cache/a/b/manifests/1", registry.host],
  ]);
  expect(broken.seen).toHaveLength(1);
  expect(registry.seen).toHaveLength(0);
  good.tags.clear();
  expect((await client.resolveTag(image)).digest).toBe(digest);
  registry.tags.clear();
  const failure = await failureOf(client.resolveTag(image));
  for (const { host } of [registry, broken, empty, good]) expect(failure.message).toContain(host);
  const wrong = clientWith({ config: { mirrors: new Map([[domain, ["https://me:s3cret@x"]]]) } });
  expect((await failureOf(wrong.resolveTag({ ...image, domain }))).code).toBe("usage");
});

test("a registry that cannot be reached, or speaks no TLS or no HTTP, is a failure that says so", async () => {
  const registry = await registryServer();
  const port = await greeter("220 welcome\r\n");
  const client = clientWith({});
  const at = (domain: string) => failureOf(client.resolveTag({ ...reference(registry), domain }));
  expect((await at("127.0.0.1:1")).message).toContain("nothing listens there");
  expect((await at("does-not-exist.invalid")).message).toMatch(/no host of this name|cannot be looked up/);
  expect((await at(`127.0.0.1:${port}`)).message).toContain("does not speak HTTP");
});

test("a server without TLS is asked for none but is told of", async () => {
  const registry = await registryServer();
  const client = clientWith({ config: { mirrors: new Map([[registry.host, [`https://${registry.host}`]]]) } });
  const failure = await failureOf(client.resolveTag(reference(registry)));
  expect(failure.message).toContain("it does not speak TLS");
});

test.each([
  ["HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"],
  [`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n`],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
  ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc"],
  ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"],
  ["HTTP/1.1 999 \r\n\r\n"],
  ["HTTP/1.1 100 Continue\r\n\r\n"],
  ["HTTP/1.1 307 Away\r\nLocation: \r\n\r\n"],
  [""],
])("an answer that is odd is a failure: %j", async (answer) => {
  const port = await greeter(answer);
  const client = clientWith({ patience: 1000 });
  const image = { domain: `127.0.0.1:${port}`, path: "a/b", tag: "1", digest: digestOfNothing };
  expect((await failureOf(client.readManifest(image))).code).toBe("image-unresolved");
  expect((await failureOf(client.resolveTag({ ...image, digest: "" }))).code).toBe("image-unresolved");
});

test("a proxy is asked for what NO_PROXY does not except", async () => {
  const proxy = await httpServer(({ path, authorization }, response, request) => {
    if (path !== "/v2/a/b/manifests/1") throw new Error(`the proxy was asked for ${path}`);
    expect(request.headers["proxy-authorization"]).toBe(basic("us:er"));
    expect(authorization).toBeUndefined();
    response.setHeader("Docker-Content-Digest", digestOfNothing).end();
  });
  const env = { HTTP_PROXY: proxy.url.replace("//", "//us:er@"), NO_PROXY: "excepted.invalid" };
  const client = clientWith({ env, config: { insecure: ["registry.invalid", "excepted.invalid"] } });
  const image = { domain: "registry.invalid", path: "a/b", tag: "1", digest: "" };
  expect((await client.resolveTag(image)).digest).toBe(digestOfNothing);
  await failureOf(client.resolveTag({ ...image, domain: "excepted.invalid" }));
  expect(proxy.seen).toHaveLength(1);
});

const digestOfNothing = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

function clientWith(options: Partial<RegistryClientOptions>): RegistryClient {
  return createRegistryClient({ credentials: nobody, waits: [0, 0, 0], env: {}, ...options });
}

function reference({ host }: TestRegistry): ImageReference {
  const found = parseImageReference(`${host}/a/b:1`);
  if (found === undefined) throw new Error(`${host} is no registry`);
  return found;
}

function open(registry: TestRegistry, options: Partial<RegistryClientOptions> = {}) {
  return { client: clientWith(options), image: reference(registry) };
}

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  if (!(error instanceof Failure)) throw error;
  expect(`${error.message} ${error.remedy}`).not.toContain("s3cret");
  return error;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}

function greeter(greeting: string): Promise<number> {
  return listen(createServer((socket) => socket.once("data", () => socket.end(greeting))));
}
