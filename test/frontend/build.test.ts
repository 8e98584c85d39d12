import { describe, expect, test } from "vitest";
import { DockerfileError } from "../../src/diagnostic.ts";
import { Failure } from "../../src/failure.ts";
import { buildDockerfile, runFrontend } from "../../src/frontend/build.ts";
import type { GatewayResult } from "../../src/frontend/gateway.ts";
import type { Compilation } from "../../src/graph/compilation.ts";
import { compile } from "../../src/graph/compile.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";
import { MemoryGateway, type MemoryWorld } from "./memory-gateway.ts";

const signal = new AbortController().signal;

function worldOf(dockerfile: string, world: MemoryWorld = {}): MemoryWorld {
  return {
    ...world,
    files: { "local://context": {}, "local://dockerfile": { Dockerfile: dockerfile }, ...world.files },
  };
}

async function build(dockerfile: string, world: MemoryWorld = {}) {
  const gateway = new MemoryGateway(worldOf(dockerfile, world));
  const compilations: Compilation[] = [];
  const result = await buildDockerfile(gateway, { onCompiled: (one) => void compilations.push(one) }, signal);
  return { gateway, result, compilation: compilations[0] };
}

/** One that another build may hand in: a file on an image. */
async function anyDefinition(): Promise<Uint8Array> {
  const rootfs = { type: "layers", diff_ids: [`sha256:${"a".repeat(64)}`] };
  const config = { architecture: "amd64", os: "linux", rootfs };
  const images = { "docker.io/library/alpine:latest": { digest: "", config } };
  const { platforms } = await compile("FROM alpine\nWORKDIR /made\n", { images });
  return platforms[0]?.definition.bytes ?? new Uint8Array();
}

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

describe("the result", () => {
  test("one platform: one ref, one config", async () => {
    const { result, gateway } = await build("FROM alpine\nRUN x\n");
    expect(result.refs).toBeUndefined();
    expect(result.ref?.id).toBe(`ref-${gateway.solves.length}`);
    expect([...result.metadata.keys()].sort()).toEqual([
      "containerimage.base.config",
      "containerimage.config",
      "refs.platforms",
    ]);
    expect(JSON.parse(text(result.metadata.get("containerimage.config")))).toMatchObject({ architecture: "amd64" });
  });

  test("several platforms: a ref and a config each, by name", async () => {
    const { result, gateway } = await build("FROM alpine\nRUN x\n", {
      options: { platform: "linux/amd64,linux/arm64", "build-arg:SOURCE_DATE_EPOCH": "5" },
    });
    expect(gateway.results).toHaveLength(2);
    expect(new Set([...(result.refs?.values() ?? [])].map((ref) => ref?.id)).size).toBe(2);
    expect([...(result.refs?.keys() ?? [])].sort()).toEqual(["linux/amd64", "linux/arm64"]);
    expect(JSON.parse(text(result.metadata.get("containerimage.config/linux/arm64")))).toMatchObject({
      architecture: "arm64",
    });
    expect(text(result.metadata.get("source.date.epoch/linux/amd64"))).toBe("5");
    expect(result.metadata.has("containerimage.base.config/linux/amd64")).toBe(true);
    expect(JSON.parse(text(result.metadata.get("refs.platforms"))).Platforms).toHaveLength(2);
  });

  test("one platform may be returned by name, and then scratch is nothing under a name", async () => {
    const { result } = await build("FROM scratch\nENV A=1\n", { options: { "multi-platform": "true" } });
    expect(result.refs).toEqual(new Map([["linux/amd64", undefined]]));
    expect(result.metadata.has("containerimage.config/linux/amd64")).toBe(true);
    expect(result.metadata.has("containerimage.base.config/linux/amd64")).toBe(false);
  });

  test("the platform of the worker gives the result its name", async () => {
    const arm = { os: "linux", architecture: "arm64" };
    const { result, gateway } = await build("FROM alpine\n", {
      build: { workers: [{ id: "w", labels: new Map(), platforms: [arm] }] },
    });
    expect(text(result.metadata.get("refs.platforms"))).toContain('"ID":"linux/arm64"');
    expect(gateway.sourceRequests[0]).toMatchObject({ platform: arm });
  });

  test("the definitions are those of a compile with the same options", async () => {
    const dockerfile = "FROM alpine\nCOPY a /\nCOPY --link b /\nRUN x\n";
    const { gateway, compilation } = await build(dockerfile, {
      options: { filename: "Dockerfile" },
      files: { "local://context": { ".dockerignore": "*.md\n" } },
    });
    const same = await compile(dockerfile, {
      sessionId: "session-1",
      dockerignore: "*.md\n",
      resolver: {
        image: async () => ({ config: { os: "linux", architecture: "amd64", rootfs: { diff_ids: ["a"] } } }),
      },
    });
    expect(same.platforms[0]?.definition.digests).toEqual(compilation?.platforms[0]?.definition.digests);
    expect(gateway.results).toEqual([compilation?.platforms[0]?.definition.bytes]);
  });

  test("progress groups of two platforms are told apart", async () => {
    const { compilation } = await build("FROM alpine\nCOPY --link a /\n", {
      options: { platform: "linux/amd64,linux/arm64" },
    });
    const groups = compilation?.platforms.flatMap(({ definition }) =>
      [...definition.metadata.values()].flatMap(({ progressGroup }) => progressGroup?.id ?? []),
    );
    expect(new Set(groups)).toEqual(new Set(["session-1-pg-linux/amd64-0", "session-1-pg-linux/arm64-0"]));
  });

  test("caches to look in go with every solve of a result", async () => {
    const { gateway } = await build("FROM alpine\n", {
      options: {
        "cache-from": "a/b,c/d",
        "cache-imports": '[{"Type":"local","Attrs":{"src":"x"}},{"type":"gha"}]',
      },
    });
    expect(gateway.solves.at(-1)?.cacheImports).toEqual([
      { type: "local", attrs: new Map([["src", "x"]]) },
      { type: "gha", attrs: new Map() },
      { type: "registry", attrs: new Map([["ref", "a/b"]]) },
      { type: "registry", attrs: new Map([["ref", "c/d"]]) },
    ]);
  });
});

describe("reading the Dockerfile", () => {
  test("dockerfile stands in for Dockerfile", async () => {
    const { compilation } = await build("", { files: { "local://dockerfile": { dockerfile: "FROM alpine\n" } } });
    expect(compilation?.platforms).toHaveLength(1);
  });

  test("none at all is a failure that names it", async () => {
    const promise = build("", { files: { "local://dockerfile": {} }, options: { filename: "a/D" } });
    await expect(promise).rejects.toMatchObject({
      code: "context-unreadable",
      message: expect.stringContaining("a/D"),
    });
  });

  test("the ignore file beside it wins over that of the context", async () => {
    const { compilation } = await build("", {
      files: {
        "local://dockerfile": { Dockerfile: "FROM alpine\nCOPY a.md /\n", "Dockerfile.dockerignore": "*.md" },
        "local://context": { ".dockerignore": "*.txt" },
      },
    });
    expect(compilation?.diagnostics).toMatchObject([{ rule: "CopyIgnoredFile" }]);
  });

  test("a context on the web is looked into, once", async () => {
    const url = "https://example.com/Dockerfile";
    const { gateway, compilation } = await build("", {
      options: { context: url, platform: "linux/amd64,linux/arm64" },
      files: { [url]: { context: "FROM alpine\nCOPY context /\n" } },
    });
    expect(gateway.solves).toHaveLength(3);
    expect(compilation?.platforms[0]?.definition.source?.infos[0]?.filename).toBe("context");
  });

  test("a git address that makes no sense is an error about the Dockerfile's options", async () => {
    const promise = build("FROM a\n", { options: { context: "https://example.com/a.git?x=1" } });
    await expect(promise).rejects.toBeInstanceOf(DockerfileError);
  });

  test("an input that is empty is refused, and a context can be one that is not", async () => {
    const withInput = (definition: Uint8Array) =>
      build("FROM scratch\nCOPY a /\n", { inputs: new Map([["context", definition]]) });
    await expect(withInput(new Uint8Array())).rejects.toMatchObject({ code: "definition-invalid" });
    const { gateway } = await withInput(await anyDefinition());
    const sources = unmarshal(gateway.results[0] ?? new Uint8Array()).ops.filter(({ kind }) => kind === "source");
    expect(sources).toMatchObject([{ identifier: "docker-image://docker.io/library/alpine:latest" }]);
  });
});

describe("images and sources", () => {
  test("older workers are asked in the older way", async () => {
    const { gateway } = await build("FROM alpine\n", { build: { gatewayCaps: new Set() } });
    expect(gateway.imageRequests).toMatchObject([
      {
        ref: "docker.io/library/alpine:latest",
        resolveMode: "default",
        logName: "[internal] load metadata for docker.io/library/alpine:latest",
      },
    ]);
    expect(gateway.sourceRequests).toEqual([]);
  });

  test("a policy may pin an image or replace a context", async () => {
    const digest = `sha256:${"b".repeat(64)}`;
    const { compilation } = await build("FROM alpine\nCOPY --from=lib a /\n", {
      options: { "context:lib": "docker-image://lib" },
      source: ({ identifier, attrs, platform }) =>
        identifier.includes("lib:latest")
          ? { identifier: "https://example.com/lib", attrs }
          : {
              identifier: "docker-image://docker.io/library/alpine:3",
              attrs,
              image: {
                digest,
                config: Buffer.from(JSON.stringify({ ...platform, rootfs: { diff_ids: ["a"] } })),
              },
            },
    });
    const names = compilation?.platforms[0]?.definition.metadata.values() ?? [];
    const titles = [...names].map(({ description }) => description?.get("llb.customname"));
    expect(titles).toContain(`[stage-0 1/2] FROM docker.io/library/alpine:3@${digest}`);
    expect(titles).toContain("[context lib] https://example.com/lib");
  });

  test("an image that cannot be resolved is a failure at its FROM line", async () => {
    const failed = build("FROM scratch AS a\nFROM nope\n", {
      source: () => {
        throw new Failure("worker-refused", "not found");
      },
    });
    await expect(failed).rejects.toMatchObject({
      code: "image-unresolved",
      message: expect.stringContaining("docker.io/library/nope:latest"),
      source: { filename: "Dockerfile", ranges: [{ start: { line: 2 } }] },
    });
  });

  test("SOURCE_DATE_EPOCH is the commit's time of a git context", async () => {
    const url = "https://example.com/a.git";
    const object = `tree t\nauthor a <a> 1 +0000\ncommitter c <c> 1620000000 +0000\n\nm\n`;
    const { compilation, gateway } = await build("", {
      options: { context: url, "build-arg:SOURCE_DATE_EPOCH": "context" },
      files: { "git://example.com/a.git": { Dockerfile: "FROM alpine\n" } },
      source: ({ identifier, attrs }) =>
        identifier.startsWith("git:")
          ? {
              identifier,
              attrs,
              git: { checksum: "1", ref: "", commitChecksum: "", commitObject: Buffer.from(object) },
            }
          : undefined,
    });
    expect(compilation?.platforms[0]?.epoch).toBe(1_620_000_000);
    expect(gateway.sourceRequests[0]).toMatchObject({ identifier: "git://example.com/a.git", gitObjects: true });
  });
});

describe("warnings", () => {
  test("are shown under the vertex that loads the Dockerfile", async () => {
    const { gateway } = await build("FROM alpine as x\nmaintainer me\n");
    expect(gateway.warnings.map(({ short }) => short)).toContain(
      "FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)",
    );
    const [warning] = gateway.warnings;
    expect(warning).toMatchObject({ level: 1, source: { filename: "Dockerfile", language: "Dockerfile" } });
    expect(warning?.digest).toMatch(/^sha256:/);
    expect(warning?.ranges).toEqual([{ start: { line: 1, character: 0 }, end: { line: 1, character: 0 } }]);
  });

  test("a worker that knows none gets none", async () => {
    const { gateway } = await build("FROM alpine as x\n", { build: { gatewayCaps: new Set() } });
    expect(gateway.warnings).toEqual([]);
  });
});

describe("other frontends", () => {
  test("BuildKit's own of any version is compiled here", async () => {
    const { gateway } = await build("# syntax=docker/dockerfile:1.7-labs\nFROM alpine\n");
    expect(gateway.results).toHaveLength(1);
  });

  test("another one gets the build, with its command line", async () => {
    const inputs = new Map([["x", await anyDefinition()]]);
    const { gateway, result, compilation } = await build("# syntax=acme/front:1 --flag\nFROM alpine\n", {
      options: { target: "t" },
      inputs,
    });
    expect(compilation).toBeUndefined();
    expect(gateway.solves.at(-1)).toMatchObject({
      frontend: "gateway.v0",
      frontendOptions: new Map([
        ["target", "t"],
        ["cmdline", "acme/front:1 --flag"],
        ["source", "acme/front:1"],
      ]),
      frontendInputs: inputs,
    });
    expect(text(result.metadata.get("from"))).toBe("gateway.v0");
  });

  test("a build argument names one, too; but not once the frontend is started as one", async () => {
    const options = { "build-arg:BUILDKIT_SYNTAX": "acme/front" };
    expect((await build("FROM alpine\n", { options })).compilation).toBeUndefined();
    expect((await build("FROM alpine\n", { options: { ...options, cmdline: "llbc" } })).compilation).toBeDefined();
  });

  test("capabilities that are not offered end the build, unless another frontend may take it", async () => {
    const wanted = (caps: string) => ({ options: { "frontend.caps": caps } });
    const known = "moby.buildkit.frontend.inputs,moby.buildkit.frontend.contexts+forward";
    expect((await build("FROM alpine\n", wanted(known))).compilation).toBeDefined();
    await expect(build("FROM alpine\n", wanted("x.y"))).rejects.toMatchObject({ code: "capability-missing" });
    await expect(build("FROM alpine\n", wanted("x.y+forward"))).rejects.toMatchObject({ code: "capability-missing" });
    for (const image of ["acme/front", "docker/dockerfile:1"]) {
      const forwarded = await build(`# syntax=${image}\nFROM alpine\n`, wanted("x.y+forward"));
      expect(forwarded.gateway.solves.at(-1)?.frontend).toBe("gateway.v0");
    }
  });
});

// Of BuildKit's own frontend with the same options.
describe("options are looked at before anything else", () => {
  const wrong: readonly Record<string, string>[] = [
    { "attest:x": "" },
    { "attest:sbom": "generator" },
    { "attest:provenance": '"' },
    { "force-network-mode": "default" },
    { "add-hosts": "e=[::1]" },
    { "override-copy-image": "0" },
    { "cache-imports": '[{"Type":1}]' },
    { "build-arg:BUILDKIT_DOCKERFILE_CHECK": "error=perhaps" },
    { platform: "linux/" },
  ];

  test.each(wrong)("%j is refused before a question is answered, or another frontend is asked", async (option) => {
    for (const options of [{ requestid: "frontend.targets" }, { "build-arg:BUILDKIT_SYNTAX": "acme/front" }]) {
      const gateway = new MemoryGateway(worldOf("FROM alpine\n", { options: { ...options, ...option } }));
      await expect(buildDockerfile(gateway, {}, signal)).rejects.toBeInstanceOf(DockerfileError);
      expect(gateway.solves).toEqual([]);
    }
  });

  test("a worker without file operations is refused, too", async () => {
    const options = { "build-arg:BUILDKIT_SYNTAX": "acme/front" };
    await expect(build("FROM alpine\n", { options, build: { llbCaps: new Set() } })).rejects.toThrow("file.base");
  });

  test("another frontend gets what build arguments say in the place of options", async () => {
    const options = {
      hostname: "h",
      "build-arg:BUILDKIT_SANDBOX_HOSTNAME": "sandbox",
      "build-arg:BUILDKIT_MULTI_PLATFORM": "1",
      "build-arg:BUILDKIT_SYNTAX": "acme/front",
    };
    const { gateway } = await build("FROM alpine\n", { options });
    const forwarded = gateway.solves.at(-1)?.frontendOptions;
    expect(forwarded?.get("hostname")).toBe("sandbox");
    expect(forwarded?.get("multi-platform")).toBe("1");
  });
});

describe("an SBOM", () => {
  const config = { os: "linux", architecture: "amd64", config: { Cmd: ["scan"] }, rootfs: { type: "layers" } };
  const sbomOf = async (platform: string) => {
    const { result } = await build("FROM scratch\nCOPY a /\n", {
      options: { "attest:sbom": "generator=acme/scan", platform },
      build: { gatewayCaps: new Set(["source.metaresolver", "reference.attestations"]) },
      source: ({ identifier, attrs }) => ({
        identifier,
        attrs,
        image: { digest: "", config: Buffer.from(JSON.stringify(config)) },
      }),
    });
    return [...(result.attestations ?? [])].map(([name, attestations]) => [name, attestations.length]);
  };

  test("is made for a platform as often as it is named, as BuildKit's frontend makes it", async () => {
    expect(await sbomOf("linux/amd64,linux/arm64")).toEqual([
      ["linux/amd64", 1],
      ["linux/arm64", 1],
    ]);
    expect(await sbomOf("linux/386,linux/386")).toEqual([["linux/386", 2]]);
  });
});

describe("a build that a provenance will tell of", () => {
  const dockerfile = "FROM alpine as Made\nRUN x\n";

  async function attested(own: MemoryWorld["own"], options: MemoryWorld["options"] = {}) {
    const gateway = new MemoryGateway(worldOf(dockerfile, { options, ...(own === undefined ? {} : { own }) }));
    const result = await buildDockerfile(gateway, { isAttested: true }, signal);
    return { gateway, result, asked: gateway.solves.filter(({ frontend }) => frontend === "dockerfile.v0") };
  }

  /** What the worker's frontend returns whose definition is this. */
  function resultOf(definition: Uint8Array | undefined): GatewayResult {
    const unserved = () => Promise.reject(new Error("not served"));
    const reads = { readFile: unserved, readDir: unserved, statFile: unserved, evaluate: unserved };
    const ref = { id: "own", definition, ...reads };
    const attestations = new Map([["linux/amd64", []]]);
    return { ref, refs: new Map(), metadata: new Map([["containerimage.config", Buffer.from("{}")]]), attestations };
  }

  async function ourDefinition(): Promise<Uint8Array | undefined> {
    return (await build(dockerfile)).compilation?.platforms[0]?.definition.bytes;
  }

  test("has the result of the worker's frontend where that comes to the same, with our own config", async () => {
    const own = resultOf(await ourDefinition());
    const { gateway, result, asked } = await attested(async () => own, { target: "made" });
    expect(asked).toEqual([{ frontend: "dockerfile.v0", frontendOptions: new Map([["target", "made"]]) }]);
    expect(result.ref?.id).toBe("own");
    expect(result.attestations).toBe(own.attestations);
    expect(JSON.parse(text(result.metadata.get("containerimage.config")))).toMatchObject({ architecture: "amd64" });
    expect(gateway.results).toEqual([]);
    // That frontend has told its warnings already.
    expect(gateway.warnings).toEqual([]);
  });

  test.each([
    ["another definition", async () => resultOf(await anyDefinition())],
    ["no definition", async () => resultOf(undefined)],
    ["scratch", async () => ({ refs: new Map(), metadata: new Map() })],
  ])("has ours where that comes to %s", async (_, own) => {
    const { gateway, result } = await attested(own);
    expect(result.ref?.id).toMatch(/^ref-/);
    expect(gateway.results).toHaveLength(1);
  });

  test("has ours, and our warnings, where the worker's frontend fails", async () => {
    const { gateway, result } = await attested(() => Promise.reject(new Failure("worker-refused", "no frontend")));
    expect(result.ref?.id).toMatch(/^ref-/);
    expect(gateway.warnings).toHaveLength(2);
    await expect(attested(() => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
  });
});

describe("questions about a Dockerfile", () => {
  const ask = async (requestid: string, dockerfile = "FROM alpine AS a\nARG X=1\n") => {
    const { result, gateway } = await build(dockerfile, { options: { requestid } });
    expect(gateway.results).toEqual([]);
    return result.metadata;
  };

  test("outline, targets, checks and the list of questions", async () => {
    expect(JSON.parse(text((await ask("frontend.outline")).get("result.json")))).toMatchObject({
      name: "a",
      args: [{ name: "X", value: "1" }],
    });
    expect(text((await ask("frontend.targets")).get("result.txt"))).toContain("a (default)");
    const checks = await ask("frontend.lint", "FROM alpine as a\n");
    expect(text(checks.get("result.statuscode"))).toBe("1");
    expect(text(checks.get("version"))).toBe("1.0.0");
    expect(text((await ask("frontend.subrequests.describe")).get("result.txt"))).toBe(
      "NAME                 VERSION DESCRIPTION\n" +
        "outline              1.0.0   List all parameters current build target supports\n" +
        "targets              1.0.0   List all targets current build supports\n" +
        "subrequests.describe 1.0.0   List available subrequest types\n",
    );
  });

  test.each([
    ["frontend.outline", ["MaintainerDeprecated"]],
    ["frontend.convertllb", ["MaintainerDeprecated"]],
    ["frontend.targets", []],
    ["frontend.lint", []],
  ])("%s shows the warnings %j", async (requestid, rules) => {
    const { gateway } = await build("FROM alpine\nMAINTAINER me\n", { options: { requestid } });
    expect(gateway.warnings.map(({ short }) => short.split(":")[0])).toEqual(rules);
  });

  test("a definition as JSON names the platform where several were asked for", async () => {
    const options = { requestid: "frontend.convertllb", platform: "linux/arm64,linux/386" };
    const { result } = await build("FROM alpine\nRUN x\n", { options });
    expect(text(result.metadata.get("result.json"))).toContain('"llb.customname": "[linux/amd64 2/2] RUN x"');
  });

  test("an unknown one is refused", async () => {
    await expect(ask("frontend.other")).rejects.toMatchObject({ code: "capability-missing" });
  });
});

describe("failures", () => {
  test("an invalid Dockerfile is returned as an error, and told", async () => {
    const gateway = new MemoryGateway(worldOf("FROM alpine\nRUM x\n"));
    await expect(runFrontend(gateway, {}, signal)).rejects.toBeInstanceOf(DockerfileError);
    expect(gateway.outcomes).toMatchObject([
      { error: { name: "DockerfileError", source: Buffer.from("FROM alpine\nRUM x\n") } },
    ]);
  });

  test("a result is returned", async () => {
    const gateway = new MemoryGateway(worldOf("FROM alpine\n"));
    await runFrontend(gateway, {}, signal);
    expect(gateway.outcomes).toMatchObject([{ result: { metadata: expect.any(Map) } }]);
  });

  test("one platform that fails stops the others", async () => {
    const stopped: unknown[] = [];
    let solving = 0;
    const promise = build("FROM alpine\nRUN x\n", {
      options: { platform: "linux/amd64,linux/arm64" },
      beforeSolve: async (_, linked) => {
        if (++solving === 2) throw new Failure("step-failed", "first");
        await new Promise<void>((_, reject) => {
          linked.addEventListener("abort", () => {
            stopped.push(linked.reason);
            reject(linked.reason);
          });
        });
      },
    });
    await expect(promise).rejects.toMatchObject({ message: "first" });
    expect(stopped).toMatchObject([{ message: "first" }]);
  });

  test("an abort ends the build with its reason, wherever it is", async () => {
    for (let wait = 0; ; wait++) {
      const controller = new AbortController();
      const reason = new Error("enough");
      let calls = 0;
      const world = worldOf("FROM alpine as a\nCOPY x /\n", {
        source: () => {
          count();
          return undefined;
        },
        beforeSolve: async () => count(),
      });
      function count() {
        if (calls++ === wait) controller.abort(reason);
      }
      const promise = buildDockerfile(new MemoryGateway(world), {}, controller.signal);
      const outcome: unknown = await promise.catch((error: unknown) => error);
      if (!controller.signal.aborted) break;
      expect(outcome).toBe(reason);
    }
  });

  test.each(["{", "{}", '[{"Attrs":{"a":1}}]', "[1]"])("caches given as %s are refused", async (list) => {
    await expect(build("FROM alpine\n", { options: { "cache-imports": list } })).rejects.toBeInstanceOf(
      DockerfileError,
    );
  });
});
