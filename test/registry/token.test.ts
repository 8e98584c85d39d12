import { expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import type { Credentials } from "../../src/registry/credentials.ts";
import { fetchToken } from "../../src/registry/token.ts";
import { httpServer, json } from "./rig.ts";

const me: Credentials = { kind: "password", username: "me", password: "s3cret" };
const request = (realm: string) => ({
  host: "registry.example",
  realm,
  service: "the service",
  scopes: ["repository:a/b:pull", "repository:c/d:pull,push"],
  clientId: "buildkit-client",
});
const basic = `Basic ${Buffer.from("me:s3cret").toString("base64")}`;

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.catch((caught: unknown) => caught);
  if (!(error instanceof Failure)) throw error;
  expect(error.code).toBe("auth-refused");
  expect(`${error.message} ${error.remedy}`).not.toContain("s3cret");
  return error;
}

test("nobody in particular asks by GET, each scope for itself", async () => {
  const server = await httpServer((_, response) =>
    json(response, 200, { token: "t", expires_in: 300, issued_at: "2024-01-02T03:04:05.678Z" }),
  );
  const token = await fetchToken(request(`${server.url}/token?account=x`), { kind: "anonymous" });
  expect(token).toEqual({ token: "t", expiresIn: 300, issuedAt: 1704164645 });
  expect(server.seen).toHaveLength(1);
  const [seen] = server.seen;
  expect(seen?.method).toBe("GET");
  expect(seen?.authorization).toBeUndefined();
  expect([...(seen?.query ?? [])]).toEqual([
    ["account", "x"],
    ["service", "the service"],
    ["scope", "repository:a/b:pull"],
    ["scope", "repository:c/d:pull,push"],
  ]);
});

test("with a password, OAuth's way comes first", async () => {
  const server = await httpServer((_, response) => json(response, 200, { access_token: "oauth", token: "old" }));
  const token = await fetchToken(request(server.url), me);
  expect(token).toEqual({ token: "oauth", expiresIn: 60, issuedAt: undefined });
  const [seen] = server.seen;
  expect(seen?.method).toBe("POST");
  expect(seen?.authorization).toBeUndefined();
  expect(Object.fromEntries(new URLSearchParams(seen?.body))).toEqual({
    scope: "repository:a/b:pull repository:c/d:pull,push",
    service: "the service",
    client_id: "buildkit-client",
    grant_type: "password",
    username: "me",
    password: "s3cret",
  });
});

test("an identity token is refreshed", async () => {
  const server = await httpServer((_, response) => json(response, 200, { access_token: "t" }));
  await fetchToken(request(server.url), { kind: "identity-token", token: "refresh" });
  const form = new URLSearchParams(server.seen[0]?.body);
  expect([form.get("grant_type"), form.get("refresh_token"), form.get("password")]).toEqual([
    "refresh_token",
    "refresh",
    null,
  ]);
});

test.each([401, 404, 405])("a server that answers POST with %i is asked by GET", async (status) => {
  const server = await httpServer(({ method }, response) => {
    if (method === "POST") json(response, status, {});
    else json(response, 200, { token: "t" });
  });
  expect((await fetchToken(request(server.url), me)).token).toBe("t");
  expect(server.seen.map(({ method, authorization }) => [method, authorization])).toEqual([
    ["POST", undefined],
    ["GET", basic],
  ]);
});

test("a registry's token is used as it is", async () => {
  const token = await fetchToken(request("no address"), { kind: "registry-token", token: "mine" });
  expect(token).toEqual({ token: "mine", expiresIn: 60, issuedAt: undefined });
});

test("what a server refuses, or cannot say, is a failure with a remedy", async () => {
  const server = await httpServer(({ path }, response) => {
    if (path === "/denied") json(response, 401, { details: "s3cret" });
    else if (path === "/down") json(response, 503, {});
    else if (path === "/text") response.end("s3cret");
    else json(response, 200, { token: 5 });
  });
  expect((await failureOf(fetchToken(request(`${server.url}/denied`), me))).remedy).toContain(
    "docker login registry.example",
  );
  expect((await failureOf(fetchToken(request(`${server.url}/down`), me))).message).toContain("503");
  expect((await failureOf(fetchToken(request(`${server.url}/text`), me))).message).toContain("without one");
  expect((await failureOf(fetchToken(request(`${server.url}/number`), me))).message).toContain("without one");
  expect((await failureOf(fetchToken(request("ftp://host/x"), me))).message).toContain("no web address");
  expect((await failureOf(fetchToken(request("http://127.0.0.1:1/"), me))).message).toContain("cannot be reached");
});

test("a redirect to another server loses the password; one on the same server keeps it", async () => {
  const other = await httpServer((_, response) => json(response, 200, { token: "elsewhere" }));
  const server = await httpServer(({ method, path }, response) => {
    if (method === "POST") json(response, 404, {});
    else if (path === "/a") response.writeHead(307, { Location: "/b" }).end();
    else response.writeHead(302, { Location: `${other.url}/c` }).end();
  });
  expect((await fetchToken(request(`${server.url}/a`), me)).token).toBe("elsewhere");
  expect(server.seen.map(({ path, authorization }) => [path, authorization])).toEqual([
    ["/a", undefined],
    ["/a", basic],
    ["/b", basic],
  ]);
  expect(other.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test("a form with a password is never sent on to another server", async () => {
  const other = await httpServer((_, response) => json(response, 200, { access_token: "stolen" }));
  const server = await httpServer((_, response) => response.writeHead(307, { Location: other.url }).end());
  expect((await failureOf(fetchToken(request(server.url), me))).message).toContain("redirects what was sent to it");
  expect(other.seen).toEqual([]);
});

test("redirects end", async () => {
  const server = await httpServer((_, response) => response.writeHead(302, { Location: "/again" }).end());
  expect((await failureOf(fetchToken(request(server.url), { kind: "anonymous" }))).message).toContain("without end");
  expect(server.seen.length).toBeLessThan(20);
});

test("the signal ends a request that hangs", async () => {
  const stop = new AbortController();
  const server = await httpServer(() => stop.abort(new Error("enough")));
  await expect(fetchToken({ ...request(server.url), signal: stop.signal }, me)).rejects.toThrow("enough");
});
