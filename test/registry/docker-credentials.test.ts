import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Failure } from "../../src/failure.ts";
import { dockerCredentials } from "../../src/registry/docker-credentials.ts";
import { dockerHome } from "./rig.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const ask = (env: Record<string, string | undefined>, host: string) => dockerCredentials({ env }).credentialsFor(host);
const password = (username: string, secret: string) => ({ kind: "password", username, password: secret });

test("a name and a password from config.json; colons belong to the password", async () => {
  const env = dockerHome({
    auths: { "registry.example:5000": { auth: base64("me:a:b:c") }, other: { username: "x", password: "y" } },
  });
  expect(await ask(env, "registry.example:5000")).toEqual(password("me", "a:b:c"));
  expect(await ask(env, "other")).toEqual(password("x", "y"));
  expect(await ask(env, "registry.example")).toEqual({ kind: "anonymous" });
});

test("Docker Hub goes by the address of its first registry, whatever it is called", async () => {
  const env = dockerHome({
    auths: { "https://index.docker.io/v1/": { auth: base64("hub:secret") }, "docker.io": { auth: base64("no:no") } },
  });
  for (const host of ["registry-1.docker.io", "docker.io", "index.docker.io", "dhi.io", "registry.scout.docker.com"]) {
    expect(await ask(env, host)).toEqual(password("hub", "secret"));
  }
});

test("keys of old files are whole addresses", async () => {
  const auths = {
    "https://old.example/v1/": { auth: base64("a:b") },
    "https://port.example:443/v2": { auth: base64("c:d") },
  };
  const env = dockerHome({ auths });
  expect(await ask(env, "old.example")).toEqual(password("a", "b"));
  expect(await ask(env, "port.example:443")).toEqual(password("c", "d"));
});

test("identity tokens and tokens of a registry", async () => {
  const env = dockerHome({
    auths: {
      a: { auth: base64("me:x"), identitytoken: "refresh" },
      b: { registrytoken: "bearer", auth: base64("me:x") },
    },
  });
  expect(await ask(env, "a")).toEqual({ kind: "identity-token", token: "refresh" });
  expect(await ask(env, "b")).toEqual({ kind: "registry-token", token: "bearer" });
});

test("a registry's own helper comes before that for all, and both before the file", async () => {
  const helpers = {
    "docker-credential-one": `read server; printf '{"ServerURL":"%s","Username":"one","Secret":"%s"}' "$server" "$1"`,
    "docker-credential-all": `printf '{"Username":"<token>","Secret":"refresh"}'`,
  };
  const env = dockerHome(
    {
      auths: { mine: { auth: base64("file:file") } },
      credHelpers: { mine: "one", "https://index.docker.io/v1/": "one" },
      credsStore: "all",
    },
    helpers,
  );
  expect(await ask(env, "mine")).toEqual(password("one", "get"));
  expect(await ask(env, "registry-1.docker.io")).toEqual(password("one", "get"));
  expect(await ask(env, "any")).toEqual({ kind: "identity-token", token: "refresh" });
});

test("the helper gets the key of the registry on its standard input", async () => {
  const helper = `printf '{"Username":"server","Secret":"%s"}' "$(cat)"`;
  const env = dockerHome({ credsStore: "echo" }, { "docker-credential-echo": helper });
  expect(await ask(env, "registry-1.docker.io")).toEqual(password("server", "https://index.docker.io/v1/"));
  expect(await ask(env, "host:1")).toEqual(password("server", "host:1"));
});

test("what a helper does not know is anonymous, and the file's password is no substitute", async () => {
  const helper = `echo 'credentials not found in native keychain'; exit 1`;
  const env = dockerHome(
    { credsStore: "empty", auths: { host: { auth: base64("a:b") } } },
    { "docker-credential-empty": helper },
  );
  expect(await ask(env, "host")).toEqual({ kind: "anonymous" });
});

test("a helper that fails, is missing, or talks nonsense is a failure that says so", async () => {
  const helpers = {
    "docker-credential-locked": "echo 'the keychain is locked'; exit 1",
    "docker-credential-odd": "echo s3cret",
  };
  const env = dockerHome({ credHelpers: { a: "locked", b: "missing", c: "odd" } }, helpers);
  const failure = async (host: string) => {
    const error: unknown = await ask(env, host).catch((caught: unknown) => caught);
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe("auth-refused");
    return error.message;
  };
  expect(await failure("a")).toContain("docker-credential-locked has no credentials for a: the keychain is locked");
  expect(await failure("b")).toContain("docker-credential-missing: there is no such program on the PATH");
  expect(await failure("c")).toBe("docker-credential-odd gave no answer that can be read for c");
});

test("without any configuration of registries, the system's own helper is asked", async () => {
  const env = dockerHome(
    { currentContext: "default" },
    { pass: "", "docker-credential-pass": `printf '{"Username":"u","Secret":"p"}'` },
  );
  const expected = process.platform === "linux" ? password("u", "p") : { kind: "anonymous" };
  expect(await ask(env, "host")).toEqual(expected);
  expect(await ask(dockerHome("", {}), "host")).toEqual({ kind: "anonymous" });
});

test("DOCKER_AUTH_CONFIG comes first; what cannot be read in it counts for nothing", async () => {
  const env = dockerHome({ auths: { host: { auth: base64("file:f") } } });
  const variable = JSON.stringify({ auths: { host: { auth: base64("env:e") } } });
  expect(await ask({ ...env, DOCKER_AUTH_CONFIG: variable }, "host")).toEqual(password("env", "e"));
  expect(await ask({ ...env, DOCKER_AUTH_CONFIG: "{" }, "host")).toEqual(password("file", "f"));
});

test("a broken config.json is told of without a word of what it holds", async () => {
  for (const text of ['{"auths": {"host": {"auth": "s3cret', '{"auths":{"host":{"auth":"s3cret!"}}}', "[]"]) {
    const error: unknown = await ask(dockerHome(text), "host").catch((caught: unknown) => caught);
    if (!(error instanceof Failure)) throw error;
    expect(error.code).toBe("auth-refused");
    expect(error.message).toContain("config.json is broken");
    expect(`${error.message}${error.remedy}${String(error.cause)}`).not.toContain("s3cret");
  }
});

test("no configuration at all is nobody's fault", async () => {
  const env = { DOCKER_CONFIG: join(dockerHome("{}").DOCKER_CONFIG ?? "", "nothing"), PATH: "" };
  expect(await ask(env, "host")).toEqual({ kind: "anonymous" });
});

test("credentials are kept for less than five minutes", async () => {
  const env = dockerHome({ credsStore: "count" }, {});
  const home = env.DOCKER_CONFIG ?? "";
  const helper = join(home, "bin", "docker-credential-count");
  writeFileSync(
    helper,
    `#!/bin/sh\necho x >> ${home}/calls\nprintf '{"Username":"n","Secret":"%s"}' "$(wc -l < ${home}/calls | tr -d ' ')"\n`,
    { mode: 0o755 },
  );
  let now = 0;
  const store = dockerCredentials({ env, now: () => now });
  expect(await Promise.all([store.credentialsFor("h"), store.credentialsFor("h")])).toEqual([
    password("n", "1"),
    password("n", "1"),
  ]);
  now = 289_000;
  expect(await store.credentialsFor("h")).toEqual(password("n", "1"));
  now = 291_000;
  expect(await store.credentialsFor("h")).toEqual(password("n", "2"));
});

test("a helper that hangs is ended by the signal", async () => {
  const env = dockerHome(
    { credsStore: "slow" },
    { "docker-credential-slow": `echo $$ > "$DOCKER_CONFIG/up"; exec sleep 60` },
  );
  const up = join(env.DOCKER_CONFIG ?? "", "up");
  execFileSync("mkfifo", [up]);
  const stop = new AbortController();
  const asked = dockerCredentials({ env }).credentialsFor("host", stop.signal);
  // Reading the pipe waits until the helper runs.
  const pid = Number(await readFile(up, "utf8"));
  stop.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
  expect(pid).toBeGreaterThan(0);
});
