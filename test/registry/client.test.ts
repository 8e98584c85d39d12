import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { clientWith, digestOfNothing, failureOf, open, reference, text } from "./client-rig.ts";
import { basic, putImage, putIndex, registryServer } from "./registry-server.ts";
import { httpServer } from "./rig.ts";

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

test("a server without TLS is asked for none but is told of", async () => {
  const registry = await registryServer();
  const client = clientWith({ config: { mirrors: new Map([[registry.host, [`https://${registry.host}`]]]) } });
  const failure = await failureOf(client.resolveTag(reference(registry)));
  expect(failure.message).toContain("it does not speak TLS");
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
