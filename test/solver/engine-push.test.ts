import { createServer } from "node:http";
import { expect, onTestFinished, test } from "vitest";
import type { Credentials } from "../../src/registry/credentials.ts";
import { parseAddress } from "../../src/solver/buildkit/address.ts";
import { pushImage } from "../../src/solver/buildkit/engine-push.ts";
import { portOf } from "../loopback.ts";

const { signal } = new AbortController();
const progress = `${JSON.stringify({ status: "Pushing", id: "a", progressDetail: { current: 1, total: 2 } })}\r\n`;
const done = `${JSON.stringify({ progressDetail: {}, aux: { Tag: "1", Digest: "sha256:abc", Size: 5 } })}\r\n`;
const anonymous: Credentials = { kind: "anonymous" };

/** An engine that gives the same answer to all, and notes what it was asked. */
async function engine(status: number, answer: string) {
  const asked: { readonly path: string; readonly auth: unknown }[] = [];
  const server = createServer((request, response) => {
    const auth: unknown = JSON.parse(Buffer.from(String(request.headers["x-registry-auth"]), "base64url").toString());
    asked.push({ path: request.url ?? "", auth });
    response.writeHead(status).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { endpoint: parseAddress(`tcp://127.0.0.1:${portOf(server)}`), asked };
}

test("an engine is asked with what the registry wants to see, and tells the digest at the end of a long answer", async () => {
  const { endpoint, asked } = await engine(200, progress.repeat(20_000) + done);
  const shown: readonly Credentials[] = [
    anonymous,
    { kind: "password", username: "me", password: "pä ss" },
    { kind: "identity-token", token: "i" },
    { kind: "registry-token", token: "r" },
  ];
  for (const credentials of shown)
    expect(await pushImage(endpoint, { name: "r.example:5000/a/b", tag: "1+2", credentials }, signal)).toBe(
      "sha256:abc",
    );
  expect(new Set(asked.map(({ path }) => path))).toEqual(new Set(["/images/r.example:5000/a/b/push?tag=1%2B2"]));
  expect(asked.map(({ auth }) => auth)).toEqual([
    {},
    { username: "me", password: "pä ss" },
    { identitytoken: "i" },
    { registrytoken: "r" },
  ]);
});

test.each([
  [404, '{"message":"no such image"}', "no such image"],
  [500, "broken", "HTTP 500"],
  [200, `${progress.repeat(20_000)}{"errorDetail":{"message":"denied"},"error":"denied"}\r\n`, "denied"],
])("a push that fails does so in the engine's words: %i", async (status, answer, words) => {
  const { endpoint } = await engine(status, answer);
  const pushing = pushImage(endpoint, { name: "r.example/a", tag: "1", credentials: anonymous }, signal);
  await expect(pushing).rejects.toMatchObject({
    code: "export-failed",
    message: `the Docker engine did not push r.example/a: ${words}`,
  });
});
