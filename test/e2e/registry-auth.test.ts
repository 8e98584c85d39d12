import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { passOn, serveHttp } from "../loopback.ts";
import { build, ranSteps, temporaryFolder } from "./builds.ts";
import { testWorker } from "./worker.ts";

const name = "me";
const password = "s3cret";
const basic = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

interface GuardedRegistry {
  /** host:port */
  readonly host: string;
  /** Who asked for tokens, by user agent, and who showed a password to the registry itself. */
  readonly askers: string[];
  readonly passwords: string[];
}

/** The test's registry behind a guard that wants a token, or a password, from whoever comes. */
async function guardedRegistry(scheme: "Basic" | "Bearer"): Promise<GuardedRegistry> {
  const askers: string[] = [];
  const passwords: string[] = [];
  const giveToken = (request: IncomingMessage, response: ServerResponse, body: string) => {
    askers.push(request.headers["user-agent"] ?? "");
    const form = new URLSearchParams(body);
    const known =
      request.headers.authorization === basic || (form.get("username") === name && form.get("password") === password);
    response.writeHead(known ? 200 : 401, { "Content-Type": "application/json" });
    response.end(
      JSON.stringify(known ? { access_token: "the-token", token: "the-token", expires_in: 300 } : { details: "no" }),
    );
  };
  const host: string = await serveHttp((request, response) => {
    if (request.url?.startsWith("/token") === true) {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => giveToken(request, response, Buffer.concat(chunks).toString()));
      return;
    }
    const shown = request.headers.authorization;
    if (shown?.startsWith("Basic ") === true) passwords.push(request.headers["user-agent"] ?? "");
    if (shown === (scheme === "Basic" ? basic : "Bearer the-token")) {
      const { authorization, ...headers } = request.headers;
      passOn(testWorker().registry, request, response, { ...headers, host });
      return;
    }
    request.resume();
    const challenge = scheme === "Basic" ? 'Basic realm="test"' : `Bearer realm="http://${host}/token",service="test"`;
    response.writeHead(401, { "WWW-Authenticate": challenge, "Content-Type": "application/json" });
    response.end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED" }] }));
  });
  return { host, askers, passwords };
}

/** What `docker login` leaves behind. */
function logIn(host: string, secret: string): void {
  const folder = temporaryFolder();
  const auth = Buffer.from(`${name}:${secret}`).toString("base64");
  writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: { [host]: { auth } } }));
  vi.stubEnv("DOCKER_CONFIG", folder);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
}

function contextFrom(image: string): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "Dockerfile"), `FROM ${image}\nRUN echo ${Date.now()} > /now\n`);
  return folder;
}

test.each([{}, { frontend: "dockerfile.v0" }])(
  "a registry that wants tokens: the worker gets those and no password (%o)",
  async (options) => {
    const registry = await guardedRegistry("Bearer");
    logIn(registry.host, password);
    const result = await build(contextFrom(`${registry.host}/base`), {
      ...options,
      push: true,
      tags: [`${registry.host}/pushed:1`],
    });
    expect(ranSteps(result).length).toBeGreaterThan(0);
    expect(registry.askers.length).toBeGreaterThan(0);
    // Workers are written in Go and say so, or name what they are built of.
    expect(registry.askers.filter((agent) => /go-http|buildkit|containerd|docker/i.test(agent))).toEqual([]);
    expect(registry.passwords).toEqual([]);
  },
);

test("a registry that wants a password gets it", async () => {
  const registry = await guardedRegistry("Basic");
  logIn(registry.host, password);
  await build(contextFrom(`${registry.host}/base`), { push: true, tags: [`${registry.host}/pushed:2`] });
  expect(registry.passwords.length).toBeGreaterThan(0);
});

test.each(["Basic", "Bearer"] as const)(
  "a wrong password is refused, in words that do not tell it (%s)",
  async (scheme) => {
    const registry = await guardedRegistry(scheme);
    logIn(registry.host, "wr0ng");
    const failed: unknown = await build(contextFrom(`${registry.host}/base`)).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "auth-refused" });
    expect(String(failed)).not.toContain("wr0ng");
  },
);
