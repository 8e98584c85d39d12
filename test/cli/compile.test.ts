import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/command-line.ts";
import { ownPlatform } from "../../src/cli/own-platform.ts";
import { compile } from "../../src/graph/compile.ts";
import type { CompileOptions } from "../../src/graph/compile-options.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { memoryTerminal } from "./fake-terminal.ts";
import { folderWith, images, imagesFile, llbc } from "./rig.ts";

const dockerfile = 'FROM alpine AS base\nARG V=1\nRUN echo $V\nFROM base\nCOPY a.txt /\nCMD ["sh"]\n';
const files = { Dockerfile: dockerfile, "a.txt": "a", "images.json": imagesFile };
const known = ["--images", "images.json"];

function attributesOf(bytes: Uint8Array, identifier: string): ReadonlyMap<string, string> | undefined {
  for (const op of unmarshal(bytes).ops) if (op.kind === "source" && op.identifier === identifier) return op.attrs;
  return undefined;
}

describe("llbc compile", () => {
  it("writes to standard output the very bytes that the library makes, and nothing else", async () => {
    const ran = await llbc(folderWith(files), ["compile", ...known, "--session-id", "s"]);
    const { platforms } = await compile(dockerfile, { images, sessionId: "s" });
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(Buffer.compare(ran.outBytes, platforms[0]?.definition.bytes ?? Buffer.of())).toBe(0);
  });

  const flags: readonly (readonly [readonly string[], CompileOptions])[] = [
    [["--target", "base"], { target: "base" }],
    [["--build-arg", "V=2"], { buildArgs: { V: "2" } }],
    [["--build-arg", "V"], { buildArgs: { V: "from the environment" } }],
    [["--label", "a=b=c"], { labels: { a: "b=c" } }],
    [["--platform", "linux/arm64"], { targetPlatforms: ["linux/arm64"] }],
    [["--platform", "local"], { targetPlatforms: [ownPlatform()] }],
    [["--build-context", "alpine=docker-image://busybox"], { namedContexts: { alpine: "docker-image://busybox" } }],
    [["--no-cache"], { noCache: true }],
    [["--no-cache-filter", "base"], { noCache: ["base"] }],
    [["--add-host", "db:10.0.0.5", "--add-host", "v6:[::1]"], { addHosts: ["db=10.0.0.5", "v6=::1"] }],
    [["--ulimit", "nofile=10:20"], { ulimits: ["nofile=10:20"] }],
    [["--network", "none"], { networkMode: "none" }],
    [["--network", "default"], {}],
    [["--shm-size", "64m"], { shmSize: 64 * 2 ** 20 }],
    [["--cgroup-parent", "/group"], { cgroupParent: "/group" }],
    [["--resource", "memory=1k", "--resource", "cpuset-cpus=0-1"], { resources: { memory: 1024, cpusetCpus: "0-1" } }],
    [
      ["--disable-cap", "source.local.followpaths,platform"],
      { disabledCaps: ["source.local.followpaths", "platform"] },
    ],
  ];
  it.each(flags)("%j means what the library's option means", async (args, options) => {
    const cwd = folderWith(files);
    const ran = await llbc(cwd, ["compile", ...known, "--session-id", "s", "--image-config", "config.json", ...args], {
      env: { V: "from the environment" },
    });
    const { platforms } = await compile(dockerfile, { images, sessionId: "s", ...options });
    expect(ran.code, ran.err).toBe(0);
    expect(Buffer.compare(ran.outBytes, platforms[0]?.definition.bytes ?? Buffer.of())).toBe(0);
    expect(readFileSync(join(cwd, "config.json"), "utf8")).toBe(Buffer.from(platforms[0]?.imageJSON ?? []).toString());
  });

  it("takes the platform and the epoch from the environment where no flag says them, as docker does", async () => {
    const cwd = folderWith(files);
    const env = { DOCKER_DEFAULT_PLATFORM: "linux/arm64", SOURCE_DATE_EPOCH: "1700000000" };
    const compiled = async (...args: string[]) => {
      const ran = await llbc(cwd, ["compile", ...known, "--format", "json", ...args], { env });
      expect(ran.code, ran.err).toBe(0);
      const { platform, epoch } = JSON.parse(ran.out).platforms[0];
      return [platform, epoch];
    };
    expect(await compiled()).toEqual(["linux/arm64", 1700000000]);
    expect(await compiled("--platform", "linux/amd64", "--build-arg", "SOURCE_DATE_EPOCH=1")).toEqual([
      "linux/amd64",
      1,
    ]);
  });

  it("is the same on every run", async () => {
    const cwd = folderWith(files);
    const [first, second] = [await llbc(cwd, ["compile", ...known]), await llbc(cwd, ["compile", ...known])];
    expect(Buffer.compare(first.outBytes, second.outBytes)).toBe(0);
    expect(first.outBytes.length).toBeGreaterThan(100);
  });

  it("reads the Dockerfile from standard input, beside any context", async () => {
    const ran = await llbc(
      folderWith({ "images.json": imagesFile, "sub/x": "" }),
      ["compile", "-f", "-", "sub", ...known],
      {
        stdin: "FROM busybox\nCOPY x /\n",
      },
    );
    expect(ran.code, ran.err).toBe(0);
    expect(attributesOf(ran.outBytes, "local://context")?.get("local.followpaths")).toBe('["x"]');
  });

  it("takes a Dockerfile without context for -", async () => {
    const ran = await llbc(folderWith({}), ["compile", "-", "--format", "text"], { stdin: "FROM scratch\nUSER 1\n" });
    expect(ran).toMatchObject({ code: 0, out: "scratch: no ops\n" });
  });
});

describe("the ignore files of a compile", () => {
  const patterns = async (cwd: string, args: readonly string[] = []) => {
    const ran = await llbc(cwd, ["compile", "--images", "images.json", ...args]);
    expect(ran.code, ran.err).toBe(0);
    return attributesOf(ran.outBytes, "local://context")?.get("local.excludepatterns");
  };
  const all = { "images.json": imagesFile, Dockerfile: "FROM alpine\nCOPY . /\n" };

  it("are that of the context", async () => {
    expect(await patterns(folderWith({ ...all, ".dockerignore": "# no\nnode_modules\n!keep\n" }))).toBe(
      '["node_modules","!keep"]',
    );
  });

  it("or the one beside the Dockerfile, which comes first, though it be empty", async () => {
    const both = { ...all, ".dockerignore": "a\n" };
    expect(await patterns(folderWith({ ...both, "Dockerfile.dockerignore": "b\n" }))).toBe('["b"]');
    expect(await patterns(folderWith({ ...both, "Dockerfile.dockerignore": "" }))).toBeUndefined();
    const elsewhere = { ...both, "docker/app": all.Dockerfile, "docker/app.dockerignore": "c\n" };
    expect(await patterns(folderWith(elsewhere), ["-f", "docker/app"])).toBe('["c"]');
  });

  it("but never one that a link leads to out of the context, as a worker is not sent it", async () => {
    const cwd = folderWith({
      outside: "x\n",
      "images.json": imagesFile,
      "in/Dockerfile": all.Dockerfile,
      "in/real": "y\n",
    });
    symlinkSync("../outside", join(cwd, "in/.dockerignore"));
    expect(await patterns(cwd, ["in"])).toBeUndefined();
    const linked = folderWith({ ...all, real: "y\n" });
    symlinkSync("real", join(linked, ".dockerignore"));
    expect(await patterns(linked)).toBe('["y"]');
  });

  it("of named contexts are those of their folders", async () => {
    const cwd = folderWith({
      "images.json": imagesFile,
      Dockerfile: "FROM alpine\nCOPY --from=lib . /\n",
      "lib/.dockerignore": "tmp\n",
    });
    const ran = await llbc(cwd, ["compile", "--images", "images.json", "--build-context", `lib=${cwd}/lib`]);
    expect(ran.code, ran.err).toBe(0);
    expect(attributesOf(ran.outBytes, "local://lib")?.get("local.excludepatterns")).toBe('["tmp"]');
  });

  it("that cannot be read are said", async () => {
    const ran = await llbc(folderWith({ ...all, ".dockerignore": "[\n" }), ["compile", "--images", "images.json"]);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(".dockerignore");
  });
});

describe("where a compile writes", () => {
  it("a file, whole or not at all, over what stood there", async () => {
    const cwd = folderWith({ ...files, "app.pb": "old" });
    const ran = await llbc(cwd, ["compile", ...known, "-o", "app.pb"]);
    expect(ran).toMatchObject({ code: 0, out: "", err: "" });
    expect(unmarshal(readFileSync(join(cwd, "app.pb"))).ops.length).toBeGreaterThan(3);
    expect(readdirSync(cwd).sort()).toEqual(["Dockerfile", "a.txt", "app.pb", "images.json"]);
  });

  it("several platforms into a folder, each with its image config", async () => {
    const cwd = folderWith(files);
    const platforms = ["--platform", "linux/amd64,linux/arm/v7"];
    const refused = await llbc(cwd, ["compile", ...known, ...platforms]);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("linux/amd64, linux/arm/v7");
    const ran = await llbc(cwd, ["compile", ...known, ...platforms, "-o", "out"]);
    expect(ran.code, ran.err).toBe(0);
    expect(readdirSync(join(cwd, "out")).sort()).toEqual([
      "linux_amd64.config.json",
      "linux_amd64.pb",
      "linux_arm_v7.config.json",
      "linux_arm_v7.pb",
    ]);
    expect(JSON.parse(readFileSync(join(cwd, "out/linux_arm_v7.config.json"), "utf8"))).toMatchObject({
      variant: "v7",
    });
  });

  it("a platform that is named twice is one", async () => {
    const ran = await llbc(folderWith(files), ["compile", ...known, "--platform", "linux/amd64,linux/x86_64"]);
    expect(ran.code, ran.err).toBe(0);
    expect(unmarshal(ran.outBytes).ops.length).toBeGreaterThan(3);
  });

  it("one platform into a folder where one is there, or is said to be by a slash", async () => {
    const cwd = folderWith(files);
    mkdirSync(join(cwd, "there"));
    await llbc(cwd, ["compile", ...known, "-o", "there"]);
    await llbc(cwd, ["compile", ...known, "-o", "new/folder/", "--format", "text"]);
    expect(readdirSync(join(cwd, "there")).sort()).toEqual(["linux_amd64.config.json", "linux_amd64.pb"]);
    expect(readFileSync(join(cwd, "new/folder/linux_amd64.txt"), "utf8")).toMatch(/^#1 sha256:/);
  });

  it("json and text hold all platforms, and are for terminals too", async () => {
    const cwd = folderWith(files);
    const args = ["compile", ...known, "--platform", "linux/amd64,linux/arm64", "--format"];
    const text = await llbc(cwd, [...args, "text"], { isTTY: true });
    expect(text.out).toMatch(/^== linux\/amd64 ==\n\n#1 sha256:[\s\S]*\n== linux\/arm64 ==\n\n#1 sha256:/);
    const json = JSON.parse((await llbc(cwd, [...args, "json"])).out);
    expect(json.platforms.map((each: { platform: string }) => each.platform)).toEqual(["linux/amd64", "linux/arm64"]);
    expect(json).toMatchObject({
      diagnostics: [],
      lookups: [{ ref: "docker-image://docker.io/library/alpine:latest" }, {}],
    });
    expect(json.platforms[1].image).toMatchObject({ architecture: "arm64", config: { Cmd: ["sh"] } });
  });

  it.each([
    { why: "binary to a terminal", args: [], isTTY: true, says: "not written to a terminal" },
    { why: "two things to standard output", args: ["--image-config", "-"], says: "cannot take both" },
    {
      why: "a file for several platforms",
      args: ["-o", "a.txt", "--platform", "linux/amd64,linux/arm64"],
      says: "this is a file",
    },
    {
      why: "one image config of several platforms",
      args: ["-o", "d/", "--platform", "linux/amd64,linux/arm64", "--image-config", "c"],
      says: "leave --image-config out",
    },
    {
      why: "a capability that does not exist",
      args: ["--disable-cap", "source.imag"],
      says: "did you mean source.image?",
    },
    { why: "a format that does not exist", args: ["--format", "xml"], says: "pb, json, text" },
    { why: "a size that is none", args: ["--shm-size", "lots"], says: "--shm-size lots" },
  ])("$why is refused as usage, and nothing is written", async ({ args, says, isTTY = false }) => {
    const cwd = folderWith(files);
    const ran = await llbc(cwd, ["compile", ...known, ...args], { isTTY });
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain(says);
    expect(readdirSync(cwd).sort()).toEqual(["Dockerfile", "a.txt", "images.json"]);
  });

  it("a place that cannot be written is said with its reason", async () => {
    const ran = await llbc(folderWith(files), ["compile", ...known, "-o", "no/such/folder/app.pb"]);
    expect(ran).toMatchObject({ code: 1, out: "" });
    expect(ran.err).toMatch(/^error: .*app\.pb cannot be written: it does not exist \[export-failed\]\nhelp: /);
  });
});

describe("what goes wrong in a compile", () => {
  it("warnings go to standard error, with carets under their tokens, and the definition is written", async () => {
    const cwd = folderWith({ ...files, Dockerfile: "FROM alpine AS Base\nCOPY $SORUCE /\n" });
    const ran = await llbc(cwd, ["compile", ...known]);
    expect(ran.code).toBe(0);
    expect(ran.outBytes.length).toBeGreaterThan(100);
    expect(ran.err).toContain(
      "Dockerfile:2:6\n   1 | FROM alpine AS Base\n   2 | COPY $SORUCE /\n     |      ^^^^^^^\n",
    );
  });

  it("an invalid Dockerfile: every error with its place, nothing on standard output", async () => {
    const cwd = folderWith({ ...files, Dockerfile: "FROM alpine\nRUNN a\nCOPPY b c\n" });
    const ran = await llbc(cwd, ["compile", ...known, "-o", "app.pb"]);
    expect(ran).toMatchObject({ code: 1, out: "" });
    expect(ran.err).toContain("did you mean RUN?");
    expect(ran.err).toContain("Dockerfile:3:1\n");
    expect(existsSync(join(cwd, "app.pb"))).toBe(false);
  });

  it("an image that is not known: where it is named, and the ways to answer for it", async () => {
    const ran = await llbc(folderWith({ ...files, Dockerfile: "FROM alpine\nFROM  gone AS x\n" }), [
      "compile",
      ...known,
    ]);
    expect(ran).toMatchObject({ code: 1, out: "" });
    expect(ran.err).toContain("Dockerfile:2\n   1 | FROM alpine\n   2 | FROM  gone AS x\n     | ^^^^");
    expect(ran.err).toMatch(/help: .*--images.*--addr.*--build-context/);
  });

  it.each([
    ["no JSON", "{", "it is no JSON"],
    ["a list", "[]", "an object is needed"],
    ["no config", '{"a":{"digest":"sha256:00"}}', 'of "a" neither'],
  ])("answers about images that are %s", async (_, text, says) => {
    const ran = await llbc(folderWith({ ...files, "images.json": text }), ["compile", ...known]);
    expect(ran).toMatchObject({ code: 2, out: "" });
    expect(ran.err).toContain(says);
  });

  it("keys that are names of JavaScript's own are only keys", async () => {
    const text = `{"__proto__": {"error": "x"}, "constructor": {"error": "y"}, ${imagesFile.slice(1)}`;
    const ran = await llbc(folderWith({ ...files, "images.json": text }), [
      "compile",
      ...known,
      "--build-arg",
      "__proto__=1",
    ]);
    expect(ran.code, ran.err).toBe(0);
  });

  it("another frontend is refused where it is asked for; a copy of ours can be named as such", async () => {
    const cwd = folderWith({ ...files, Dockerfile: "# syntax=corp.example/docker/dockerfile:1\nFROM alpine\n" });
    const refused = await llbc(cwd, ["compile", ...known]);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toContain("Dockerfile:1\n");
    expect(refused.err).toContain("corp.example/docker/dockerfile:1");
    const named = await llbc(cwd, ["compile", ...known, "--build-arg", "BUILDKIT_SYNTAX=docker/dockerfile"]);
    expect(named.code, named.err).toBe(0);
  });

  it("what is not there is said by name", async () => {
    const cwd = folderWith(files);
    expect(await llbc(cwd, ["compile", "nowhere", ...known])).toMatchObject({
      code: 1,
      err: expect.stringContaining("nowhere"),
    });
    expect(await llbc(cwd, ["compile", "-f", "other", ...known])).toMatchObject({
      code: 1,
      err: expect.stringContaining("other"),
    });
    expect(await llbc(cwd, ["compile", "--images", "none.json"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("none.json"),
    });
    writeFileSync(join(cwd, "empty"), "");
    expect(await llbc(cwd, ["compile", "-f", "empty", ...known])).toMatchObject({
      code: 1,
      err: expect.stringContaining("empty"),
    });
  });

  it("a Dockerfile in a remote context needs a worker, or to be given apart", async () => {
    const cwd = folderWith(files);
    const remote = "https://git.example/app.git";
    const refused = await llbc(cwd, ["compile", remote, ...known]);
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/help: .*--addr.*-f -/);
    const given = await llbc(cwd, ["compile", remote, "-f", "-", ...known], { stdin: "FROM alpine\nCOPY a /\n" });
    expect(given.code, given.err).toBe(0);
    expect(unmarshal(given.outBytes).ops.some((op) => op.kind === "source" && op.identifier.startsWith("git://"))).toBe(
      true,
    );
  });

  it("an interrupt while standard input is awaited ends with 130", async () => {
    const interrupt = new AbortController();
    const { terminal, err } = memoryTerminal();
    const running = runCommandLine(["compile", "-f", "-", "."], {
      ...terminal,
      cwd: folderWith({}),
      stdin: new PassThrough(),
      signal: interrupt.signal,
    });
    interrupt.abort();
    expect(await running).toBe(130);
    expect(err()).toContain("[cancelled]");
  });
});
