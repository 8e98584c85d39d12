import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { candidates, discover, type Surroundings } from "../../../src/solver/buildkit/discover.ts";

let home = "";
const servers: Server[] = [];

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "llbc-"));
});

afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await rm(home, { recursive: true, force: true });
});

describe("where a worker is looked for", () => {
  test("an address that is given is the only one, whatever the environment says", async () => {
    const env = { BUILDKIT_HOST: "tcp://a:1", DOCKER_HOST: "tcp://b:2" };
    expect(await places({ addr: "tcp://c:3" }, env)).toEqual(["tcp://c:3 (the given address)"]);
  });

  test("BUILDKIT_HOST wins over DOCKER_HOST, and that over contexts", async () => {
    await useContext("remote", { Host: "tcp://ctx:4" });
    expect(await places({}, { BUILDKIT_HOST: "tcp://a:1", DOCKER_HOST: "tcp://b:2" })).toEqual([
      "tcp://a:1 (BUILDKIT_HOST)",
    ]);
    expect(await places({}, { DOCKER_HOST: "tcp://b:2", DOCKER_CONTEXT: "remote" })).toEqual([
      "tcp://b:2 (DOCKER_HOST)",
    ]);
    expect(await places({}, {})).toEqual(['tcp://ctx:4 (the Docker context "remote")']);
  });

  test("docker:// means the engine of the surroundings, never a buildkitd", async () => {
    expect(await places({ addr: "docker://" }, { BUILDKIT_HOST: "tcp://a:1", DOCKER_HOST: "tcp://b:2" })).toEqual([
      "tcp://b:2 (DOCKER_HOST)",
    ]);
    expect(await places({ addr: "docker://" }, {})).toEqual([
      "unix:///var/run/docker.sock (the Docker engine's socket)",
      `unix://${home}/.docker/run/docker.sock (Docker Desktop's socket)`,
    ]);
  });

  test("with nothing said: the usual sockets, rootless ones too", async () => {
    expect(await places({}, { XDG_RUNTIME_DIR: "/run/user/1000", DOCKER_HOST: "" })).toEqual([
      "unix:///var/run/docker.sock (the Docker engine's socket)",
      "unix:///run/user/1000/docker.sock (the rootless Docker engine's socket)",
      `unix://${home}/.docker/run/docker.sock (Docker Desktop's socket)`,
      "unix:///run/buildkit/buildkitd.sock (buildkitd's socket)",
      "unix:///run/user/1000/buildkit/buildkitd.sock (rootless buildkitd's socket)",
    ]);
  });

  test("on Windows: pipes", async () => {
    const found = await candidates({}, { env: {}, home, platform: "win32" });
    expect(found.map(({ endpoint }) => endpoint.address)).toEqual([
      { kind: "socket", path: "\\\\.\\pipe\\docker_engine" },
      { kind: "socket", path: "\\\\.\\pipe\\buildkitd" },
    ]);
  });
});

describe("a Docker context", () => {
  test("brings its certificates", async () => {
    await useContext("secure", { Host: "tcp://builder:2376", SkipTLSVerify: true });
    const folder = join(home, ".docker/contexts/tls", idOf("secure"), "docker");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "ca.pem"), "CA");
    await writeFile(join(folder, "key.pem"), "KEY");
    const [candidate] = await candidates({}, surroundings({}));
    expect(candidate?.endpoint).toMatchObject({
      protocol: "docker",
      tls: { ca: Buffer.from("CA"), key: Buffer.from("KEY"), insecure: true },
    });
  });

  test("named default is the usual sockets", async () => {
    await writeConfig({ currentContext: "default" });
    expect((await places({}, {}))[0]).toContain("/var/run/docker.sock");
  });

  test("that is not there, or over ssh, or in a broken file, is said", async () => {
    await expect(candidates({}, surroundings({ DOCKER_CONTEXT: "gone" }))).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining('"gone"'),
    });
    await useContext("far", { Host: "ssh://me@far" });
    await expect(candidates({}, surroundings({}))).rejects.toMatchObject({
      code: "usage",
      remedy: expect.stringContaining("ssh -nNT"),
    });
    await writeFile(join(home, ".docker/config.json"), '{"auths": {"x": {"auth": "c2VjcmV0"}}');
    await expect(candidates({}, surroundings({}))).rejects.toSatisfy(
      (error: Error) => !error.message.includes("c2VjcmV0"),
    );
  });
});

describe("DOCKER_HOST with DOCKER_TLS_VERIFY", () => {
  test("takes the certificates of DOCKER_CERT_PATH", async () => {
    await writeFile(join(home, "cert.pem"), "CERT");
    const env = { DOCKER_HOST: "tcp://b:2376", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: home };
    const [candidate] = await candidates({}, surroundings(env));
    expect(candidate?.endpoint.tls).toEqual({ cert: Buffer.from("CERT"), insecure: false });
  });
});

describe("who listens", () => {
  test("an engine answers a ping", async () => {
    const addr = await listen((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")),
    );
    expect(await discover({ addr })).toMatchObject({
      protocol: "docker",
      origin: "the given address",
      endpoint: { text: addr },
    });
  });

  test("buildkitd speaks HTTP/2 only", async () => {
    // A SETTINGS frame, then good-bye.
    const addr = await listen((socket) => socket.end(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])));
    expect(await discover({ addr })).toMatchObject({ protocol: "buildkit" });
    const silent = await listen((socket) => socket.once("data", () => socket.end()));
    expect(await discover({ addr: silent })).toMatchObject({ protocol: "buildkit" });
  });

  test("nobody: every place that was tried is told, with what happened there", async () => {
    const error = await discover({ surroundings: surroundings({ XDG_RUNTIME_DIR: join(home, "run") }) }).catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: "worker-unreachable", remedy: expect.stringContaining("--addr") });
    expect(error).toHaveProperty(
      "message",
      expect.stringContaining(
        `unix://${home}/run/docker.sock (the rootless Docker engine's socket): it does not exist`,
      ),
    );
  });

  test("an engine that is ill is told of", async () => {
    const addr = await listen((socket) =>
      socket.once("data", () => socket.end("HTTP/1.1 503 Service Unavailable\r\n\r\n")),
    );
    await expect(discover({ addr })).rejects.toMatchObject({
      code: "worker-unreachable",
      message: expect.stringContaining("HTTP 503"),
    });
  });

  test("where Docker's configuration says engine, something else is not taken for one", async () => {
    const host = await listen((socket) => socket.once("data", () => socket.end()));
    const error = discover({ surroundings: surroundings({ DOCKER_HOST: host }) });
    await expect(error).rejects.toMatchObject({ message: expect.stringContaining("not a Docker engine") });
  });

  test("one that stays silent keeps nobody from the next that answers", async () => {
    await mkdir(join(home, "run"));
    await mkdir(join(home, ".docker/run"), { recursive: true });
    await listen(() => {}, "run/docker.sock");
    await listen(
      (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\n")),
      ".docker/run/docker.sock",
    );
    const found = await discover({ surroundings: surroundings({ XDG_RUNTIME_DIR: join(home, "run") }) });
    expect(found).toMatchObject({ protocol: "docker", origin: "Docker Desktop's socket" });
  });

  test("an abort ends the search", async () => {
    const stop = new AbortController();
    const addr = await listen(() => stop.abort());
    await expect(discover({ addr, signal: stop.signal })).rejects.toMatchObject({ code: "cancelled" });
  });
});

async function places(options: { addr?: string }, env: Record<string, string>): Promise<string[]> {
  const found = await candidates(options, surroundings(env));
  return found.map(({ endpoint, origin }) => `${endpoint.text} (${origin})`);
}

function surroundings(env: Record<string, string>): Surroundings {
  return { env, home, platform: "linux" };
}

async function writeConfig(config: object): Promise<void> {
  await mkdir(join(home, ".docker"), { recursive: true });
  await writeFile(join(home, ".docker/config.json"), JSON.stringify(config));
}

async function useContext(name: string, engine: object): Promise<void> {
  await writeConfig({ currentContext: name });
  const folder = join(home, ".docker/contexts/meta", idOf(name));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: engine } }));
}

function idOf(name: string): string {
  return createHash("sha256").update(name).digest("hex");
}

async function listen(onConnection: (socket: Socket) => void, name = `${servers.length}.sock`): Promise<string> {
  const path = join(home, name);
  const server = createServer((socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return `unix://${path}`;
}
