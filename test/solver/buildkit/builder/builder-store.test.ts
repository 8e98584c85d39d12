import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { currentBuilder, namedBuilder } from "../../../../src/solver/buildkit/builder/builder-store.ts";
import { candidates } from "../../../../src/solver/buildkit/discover.ts";
import type { Surroundings } from "../../../../src/solver/buildkit/surroundings.ts";

let home = "";

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "llbc-"));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const socket = "unix:///var/run/docker.sock";

test("a builder as buildx keeps it: its driver, and its nodes with platforms and options", async () => {
  keep("big", "remote", [
    {
      Name: "big0",
      Endpoint: "tcp://a:1234",
      Platforms: [{ architecture: "arm64", os: "linux" }],
      DriverOpts: { servername: "b" },
    },
    { Name: "big1", Endpoint: "tcp://c:1234", Platforms: null, DriverOpts: null },
  ]);
  expect(await namedBuilder("BIG", surroundings())).toEqual({
    name: "big",
    driver: "remote",
    nodes: [
      {
        name: "big0",
        endpoint: "tcp://a:1234",
        platforms: [{ os: "linux", architecture: "arm64" }],
        options: new Map([["servername", "b"]]),
      },
      { name: "big1", endpoint: "tcp://c:1234", platforms: [], options: new Map() },
    ],
  });
});

test("the current builder holds for the engine that it was chosen for, or for all", async () => {
  keep("one", "remote", [{ Name: "one0", Endpoint: "tcp://one:1" }]);
  keep("two", "remote", [{ Name: "two0", Endpoint: "tcp://two:1" }]);
  const name = async (env?: Record<string, string>) => (await currentBuilder(surroundings(env)))?.name;
  expect(await name()).toBeUndefined();
  write("buildx/current", { Key: socket, Name: "one", Global: false });
  expect(await name()).toBe("one");
  expect(await name({ DOCKER_HOST: "tcp://elsewhere:1" })).toBeUndefined();
  write("buildx/current", { Key: socket, Name: "one", Global: true });
  expect(await name({ DOCKER_HOST: "tcp://elsewhere:1" })).toBe("one");
  // Chosen with --default for a context, which is used again.
  write("buildx/current", { Key: "other", Name: "one", Global: false });
  const hash = createHash("sha256").update("far").digest("hex").slice(0, 20);
  writeFileSync(path(`buildx/defaults/${hash}`), "two");
  expect(await name({ DOCKER_CONTEXT: "far" })).toBe("two");
  // It was removed.
  write("buildx/current", { Key: socket, Name: "gone", Global: false });
  expect(await name()).toBeUndefined();
});

test("BUILDX_CONFIG is another place for it all", async () => {
  const folder = join(home, "elsewhere");
  mkdirSync(join(folder, "instances"), { recursive: true });
  writeFileSync(
    join(folder, "instances/x"),
    JSON.stringify({ Name: "x", Driver: "remote", Nodes: [{ Name: "x0", Endpoint: "tcp://x:1" }] }),
  );
  expect((await namedBuilder("x", surroundings({ BUILDX_CONFIG: folder }))).nodes).toHaveLength(1);
});

test("the order: an address, a name, BUILDX_BUILDER, BUILDKIT_HOST, the current builder, the engine", async () => {
  for (const name of ["flag", "variable", "current"]) {
    keep(name, "remote", [{ Name: `${name}0`, Endpoint: `tcp://${name}:1` }]);
  }
  write("buildx/current", { Key: socket, Name: "current", Global: false });
  const place = async (options: { addr?: string; builder?: string }, env?: Record<string, string>) => {
    const [first] = await candidates(options, surroundings(env));
    return `${first?.endpoint.text} (${first?.origin})`;
  };
  const all = { BUILDX_BUILDER: "variable", BUILDKIT_HOST: "tcp://host:1" };
  expect(await place({ addr: "tcp://addr:1", builder: "flag" }, all)).toBe("tcp://addr:1 (the given address)");
  expect(await place({ builder: "flag" }, all)).toBe('tcp://flag:1 (the builder "flag")');
  expect(await place({}, all)).toBe('tcp://variable:1 (the builder "variable")');
  expect(await place({}, { BUILDKIT_HOST: "tcp://host:1" })).toBe("tcp://host:1 (BUILDKIT_HOST)");
  expect(await place({})).toBe('tcp://current:1 (the builder "current")');
  expect(await place({ builder: "default" })).toBe(`${socket} (the builder "default")`);
});

test("a container is reached in the engine of its node: a context, an address, or the default one", async () => {
  write(`contexts/meta/${createHash("sha256").update("far").digest("hex")}/meta.json`, {
    Name: "far",
    Endpoints: { docker: { Host: "tcp://far:2375" } },
  });
  keep("box", "docker-container", [{ Name: "box0", Endpoint: "far" }]);
  keep("box2", "docker-container", [{ Name: "box20", Endpoint: "tcp://engine:2375" }]);
  const [first] = await candidates({ builder: "box" }, surroundings());
  expect(first?.endpoint).toMatchObject({
    text: "docker-container://buildx_buildkit_box0",
    address: {
      kind: "container",
      container: "buildx_buildkit_box0",
      engine: { address: { kind: "tcp", host: "far", port: 2375 }, protocol: "docker" },
    },
  });
  const [second] = await candidates({ builder: "box2" }, surroundings());
  expect(second?.endpoint).toMatchObject({ address: { engine: { address: { host: "engine" } } } });
  const [third] = await candidates({ addr: "docker-container://mine?context=far" }, surroundings());
  expect(third?.endpoint).toMatchObject({ address: { container: "mine", engine: { address: { host: "far" } } } });
});

test("of several nodes it is the one that was made for all the platforms", async () => {
  const platform = (architecture: string) => ({ architecture, os: "linux" });
  keep("farm", "remote", [
    { Name: "farm0", Endpoint: "tcp://amd:1", Platforms: [platform("amd64")] },
    { Name: "farm1", Endpoint: "tcp://arm:1", Platforms: [platform("arm64"), platform("riscv64")] },
  ]);
  const place = async (platforms?: string[]) =>
    (await candidates({ builder: "farm", ...(platforms && { platforms }) }, surroundings()))[0]?.endpoint.text;
  expect(await place()).toBe("tcp://amd:1");
  expect(await place(["linux/arm64"])).toBe("tcp://arm:1");
  expect(await place(["linux/riscv64", "linux/arm64/v8"])).toBe("tcp://arm:1");
});

test("what cannot be used is said with the way out", async () => {
  keep("pods", "kubernetes", [{ Name: "pods0", Endpoint: "kubernetes:///pods" }]);
  keep("half", "remote", [{ Name: "half0", Endpoint: "tcp://a:1", DriverOpts: { cert: "/c.pem" } }]);
  keep("lost", "remote", [{ Name: "lost0", Endpoint: "tcp://a:1", DriverOpts: { cacert: join(home, "none.pem") } }]);
  keep("empty", "remote", []);
  writeFileSync(path("buildx/instances/broken"), '{"Name":');
  const wrong = [
    ["pods", "kubernetes", "port-forward"],
    ["half", "without cacert, key", "cacert="],
    ["lost", "none.pem", "create"],
    ["empty", "no nodes", "--addr"],
    ["broken", "not valid JSON", "--addr"],
    ["pod", "did you mean pods?", "There are default, broken"],
    ["../../etc/passwd", "there is no builder", "--addr"],
  ] as const;
  for (const [builder, message, remedy] of wrong) {
    await expect(candidates({ builder }, surroundings()), builder).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining(message),
      remedy: expect.stringContaining(remedy),
    });
  }
});

function surroundings(env: Record<string, string> = {}): Surroundings {
  return { env, home, platform: "linux" };
}

function keep(name: string, Driver: string, Nodes: readonly object[]): void {
  write(`buildx/instances/${name}`, { Name: name, Driver, Nodes, Dynamic: false });
}

function write(name: string, value: object): void {
  writeFileSync(path(name), JSON.stringify(value));
}

function path(name: string): string {
  const file = join(home, ".docker", name);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}
