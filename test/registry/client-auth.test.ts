import { expect, test } from "vitest";
import { failureOf, me, nobody, open, text } from "./client-rig.ts";
import { basic, putImage, registryServer } from "./registry-server.ts";
import { httpServer, json } from "./rig.ts";

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
