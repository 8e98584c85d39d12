import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DockerfileError } from "../../src/diagnostic.ts";
import { digestOf } from "../../src/digest.ts";
import { compile } from "../../src/graph/compile.ts";
import type { CompileOptions, ImageRequest } from "../../src/graph/compile-options.ts";
import { unmarshal } from "../../src/llb/unmarshal.ts";

/** A resolver that knows every image, with the platform asked for. */
const resolver = {
  async image(ref: string, { platform }: ImageRequest) {
    const [os = "", architecture = ""] = platform.split("/");
    return {
      digest: digestOf(ref),
      config: {
        os,
        architecture,
        config: { Env: ["PATH=/bin"] },
        rootfs: { type: "layers", diff_ids: [digestOf("layer")] },
      },
    };
  },
};

const twoPlatforms = `FROM --platform=$BUILDPLATFORM golang AS build
ARG TARGETARCH
WORKDIR /src
RUN go mod download
FROM alpine
COPY --from=build /src /app
RUN /app/check
`;

const options: CompileOptions = { resolver, sessionId: "session" };

describe("compile", () => {
  it("gives one definition and config per platform, and one graph of all", async () => {
    const { platforms, graph, lookups } = await compile(twoPlatforms, {
      ...options,
      targetPlatforms: ["linux/arm64", "linux/amd64"],
    });
    expect(platforms.map(({ platform }) => platform)).toEqual(["linux/amd64", "linux/arm64"]);
    expect(platforms.map(({ image }) => image.architecture)).toEqual(["amd64", "arm64"]);
    expect(lookups.map(({ ref, platform }) => [ref, platform])).toEqual([
      ["docker-image://docker.io/library/alpine:latest", "linux/amd64"],
      ["docker-image://docker.io/library/golang:latest", "linux/amd64"],
      ["docker-image://docker.io/library/alpine:latest", "linux/arm64"],
    ]);
    const names = graph.vertices.map(({ name, platforms }) => [name.replace(/@sha256:\w+/, ""), platforms.length]);
    expect(names).toContainEqual(["[linux/amd64 build 1/3] FROM docker.io/library/golang:latest", 2]);
    expect(names).toContainEqual(["[linux/amd64 stage-1 3/3] RUN /app/check", 1]);
    expect(names).toContainEqual(["[linux/arm64 stage-1 3/3] RUN /app/check", 1]);
  });

  it("makes a graph that knows where each vertex stands", async () => {
    const { graph, platforms } = await compile(twoPlatforms, options);
    const position = new Map(graph.vertices.map(({ digest }, index) => [digest, index]));
    for (const vertex of graph.vertices) {
      for (const { digest } of vertex.inputs) {
        expect(position.get(digest)).toBeLessThan(position.get(vertex.digest) ?? -1);
        expect(graph.vertex(digest)?.dependents).toContain(vertex.digest);
      }
    }
    const run = graph.vertices.find(({ name }) => name.endsWith("RUN go mod download"));
    expect(run).toMatchObject({ kind: "exec", stage: "build", lines: [4], platforms: ["linux/amd64"] });
    expect(Object.isFrozen(run)).toBe(true);
    expect(graph.results.get("linux/amd64")).toBe(platforms[0]?.definition.digests.at(-2));
  });

  it("gives equal bytes for equal inputs, also without a session id", async () => {
    const once = await compile("FROM scratch\nCOPY . /", {});
    const twice = await compile("FROM scratch\nCOPY . /", {});
    const bytes = once.platforms[0]?.definition.bytes;
    expect(bytes?.length).toBeGreaterThan(0);
    expect(twice.platforms[0]?.definition.bytes).toEqual(bytes);
    const elsewhere = await compile("FROM scratch\nCOPY . /", { context: "https://example.com/other.git" });
    expect(elsewhere.platforms[0]?.definition.bytes).not.toEqual(bytes);
  });

  it("rejects with all that parsing finds wrong, the warnings behind", async () => {
    const failure = compile("from scratch\nFOO x\nRUN --nope y\nCOPY a\n", options);
    await expect(failure).rejects.toBeInstanceOf(DockerfileError);
    await expect(failure).rejects.toMatchObject({
      diagnostics: [{ lines: [2] }, { lines: [3] }, { lines: [4] }],
    });
  });

  it("rejects with the lines of every instruction of a circle", async () => {
    const source = "FROM scratch AS a\nCOPY --from=b / /\nFROM scratch AS b\nCOPY --from=a / /\n";
    await expect(compile(source, options)).rejects.toMatchObject({
      diagnostics: [{ rule: "stage-cycle", lines: [2], ranges: [{ start: { line: 2 } }, { start: { line: 4 } }] }],
    });
  });

  it("names the stages that were meant", async () => {
    await expect(compile("FROM scratch AS builder", { ...options, target: "bilder" })).rejects.toThrow(/builder/);
    const stages = compile("FROM scratch AS one\nFROM scratch\nFROM scratch AS two", { ...options, target: "third" });
    await expect(stages).rejects.toThrow(
      'target stage "third" could not be found (the stages with names are one, two)',
    );
  });

  it("says how an image can be made known when nothing knows it", async () => {
    await expect(compile("FROM alpine", {})).rejects.toMatchObject({
      diagnostics: [{ rule: "image-unresolved", lines: [1] }],
    });
  });

  it("asks the given answers first, those for the platform before the others", async () => {
    const config = { os: "linux", architecture: "arm64", rootfs: { type: "layers", diff_ids: ["sha256:1"] } };
    const { platforms } = await compile("FROM alpine", {
      targetPlatforms: ["linux/arm64"],
      images: {
        "docker.io/library/alpine:latest": { error: "not this one" },
        "docker.io/library/alpine:latest|linux/arm64": { config, digest: "-" },
      },
    });
    expect(platforms[0]?.image.architecture).toBe("arm64");
  });

  it("asks about each image once, however many stages are based on it", async () => {
    const asked: string[] = [];
    const counting = {
      image(ref: string, request: ImageRequest) {
        asked.push(ref);
        return resolver.image(ref, request);
      },
    };
    await compile("FROM alpine AS a\nFROM alpine AS b\nFROM alpine\nCOPY --from=a / /\nCOPY --from=b / /", {
      resolver: counting,
    });
    expect(asked).toEqual(["docker.io/library/alpine:latest"]);
  });

  it("rejects with what the resolver rejects with", async () => {
    const reason = new Error("no network");
    const failing = { image: () => Promise.reject(reason) };
    await expect(compile("FROM alpine", { resolver: failing })).rejects.toMatchObject({ message: "no network" });
  });

  it("ends with the reason of its signal", async () => {
    const abort = new AbortController();
    const waiting = {
      image: (_ref: string, { signal }: ImageRequest) =>
        new Promise<never>((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason));
          abort.abort(new Error("enough"));
        }),
    };
    await expect(compile("FROM alpine", { resolver: waiting, signal: abort.signal })).rejects.toThrow("enough");
    await expect(compile("FROM scratch", { signal: AbortSignal.abort(new Error("late")) })).rejects.toThrow("late");
  });

  it("lets a trigger copy from its own stage: what the instructions before it made", async () => {
    const config = { os: "linux", architecture: "amd64", config: { OnBuild: ["RUN x", "COPY --from=0 /a /b"] } };
    const images = { "docker.io/library/self:latest": { config: { ...config, rootfs: { diff_ids: ["sha256:0"] } } } };
    const { platforms } = await compile("FROM self\n", { images });
    const { ops } = unmarshal(platforms[0]?.definition.bytes ?? new Uint8Array());
    expect(ops.map(({ inputs }) => inputs.length)).toEqual([0, 1, 1, 1]);
  });

  it("takes names that objects know otherwise", async () => {
    const buildArgs: Record<string, string> = JSON.parse('{"__proto__":"p","1":"one"}');
    const { platforms } = await compile("FROM scratch\nARG __proto__\nENV A=$__proto__\nLABEL __proto__=l 2=b 1=a", {
      buildArgs,
    });
    const text = Buffer.from(platforms[0]?.imageJSON ?? []).toString();
    expect(text).toContain('"A=p"');
    expect(text).toContain('"Labels":{"1":"a","2":"b","__proto__":"l"}');
  });

  it("compiles or refuses every Dockerfile, and the same way each time", async () => {
    const line = fc.oneof(
      fc.constantFrom(
        "FROM alpine",
        "FROM alpine AS a",
        "FROM a AS b",
        "FROM --platform=$TARGETPLATFORM scratch",
        "RUN make",
        "RUN --mount=type=cache,target=/c --mount=from=a,target=/x make",
        "COPY --from=a /x /y",
        "COPY --link . .",
        "ADD https://example.com/x.tgz /",
        "ARG A=1",
        "ENV B=${A:-x} C=$D",
        "WORKDIR sub",
        "ONBUILD COPY --from=a / /",
        "RUN <<EOF\necho hi\nEOF",
        "HEALTHCHECK NONE",
        "# check=skip=all",
        "USER $B",
      ),
      fc.string({ unit: "binary", maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const source = lines.join("\n");
        const outcome = () =>
          compile(source, options).then(
            ({ platforms }) => Buffer.from(platforms[0]?.definition.bytes ?? []).toString("hex"),
            (error: unknown) => {
              if (!(error instanceof DockerfileError)) throw error;
              expect(error.diagnostics[0]?.severity).toBe("error");
              return error.diagnostics;
            },
          );
        expect(await outcome()).toEqual(await outcome());
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
