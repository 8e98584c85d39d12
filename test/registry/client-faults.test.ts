import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { listen } from "../loopback.ts";
import { clientWith, digestOfNothing, failureOf, open, reference, text } from "./client-rig.ts";
import { putImage, registryServer } from "./registry-server.ts";
import { json } from "./rig.ts";

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

test("a registry that cannot be reached, or speaks no TLS or no HTTP, is a failure that says so", async () => {
  const registry = await registryServer();
  const port = await greeter("220 welcome\r\n");
  const client = clientWith({});
  const at = (domain: string) => failureOf(client.resolveTag({ ...reference(registry), domain }));
  expect((await at("127.0.0.1:1")).message).toContain("nothing listens there");
  expect((await at("does-not-exist.invalid")).message).toMatch(/no host of this name|cannot be looked up/);
  expect((await at(`127.0.0.1:${port}`)).message).toContain("does not speak HTTP");
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

function greeter(greeting: string): Promise<number> {
  return listen(createServer((socket) => socket.once("data", () => socket.end(greeting))));
}
