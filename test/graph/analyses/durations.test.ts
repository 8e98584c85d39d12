import { describe, expect, test } from "vitest";
import type { PastVertex } from "../../../src/graph/analyses/durations.ts";
import { emulationFactor } from "../../../src/graph/analyses/emulation.ts";
import { estimateOf } from "../../../src/graph/analyses/estimate.ts";
import { resolveDurations } from "../../../src/graph/analyses/resolve-durations.ts";
import { vertexKeys } from "../../../src/graph/analyses/vertex-keys.ts";
import type { BuildGraph } from "../../../src/graph/build-graph.ts";
import { compile } from "../../../src/graph/compile.ts";
import type { CompileOptions } from "../../../src/graph/compile-options.ts";

async function graphOf(dockerfile: string, options: CompileOptions = {}, digit = "a"): Promise<BuildGraph> {
  const compilation = await compile(dockerfile, {
    sessionId: "s",
    resolver: {
      image: async (_, { platform }) => {
        const [os = "", architecture = ""] = platform.split("/");
        const rootfs = { type: "layers", diff_ids: [`sha256:${digit.repeat(64)}`] };
        return { digest: `sha256:${digit.repeat(64)}`, config: { os, architecture, rootfs } };
      },
    },
    ...options,
  });
  return compilation.graph;
}

const before = `FROM alpine AS build
COPY src /src
RUN make
RUN make test
FROM alpine
COPY --from=build /out /out
RUN app --check
`;

/** A build in which each vertex took its place in seconds. */
function pastOf(graph: BuildGraph): PastVertex[] {
  const keys = vertexKeys(graph);
  return graph.vertices.flatMap(({ digest }, place) => {
    const own = keys.get(digest);
    return own === undefined ? [] : [{ keys: own, ms: 1000 * (place + 1) }];
  });
}

/** By the text of a step, how its duration is known. */
async function basisIn(dockerfile: string, past: readonly PastVertex[], options: CompileOptions = {}, digit = "a") {
  const graph = await graphOf(dockerfile, options, digit);
  const durations = resolveDurations(graph, { past });
  return Object.fromEntries(
    graph.vertices
      .filter(({ kind }) => kind === "exec")
      .map(({ digest, name }) => [name.replace(/^\[[^\]]*\] /, ""), durations.get(digest)]),
  );
}

describe("durations of past builds", () => {
  test("are those of the same vertices", async () => {
    const graph = await graphOf(before);
    const durations = resolveDurations(graph, { past: pastOf(graph) });
    for (const [place, { digest }] of graph.vertices.entries()) {
      const ms = 1000 * (place + 1);
      expect(durations.get(digest)).toEqual({ ms, provenance: "measured", basis: "vertex", emulation: 1 });
    }
  });

  test.each([
    ["a step before it", "step", before.replace("COPY src /src", "COPY src lib /src/")],
    ["a variable of its stage", "step", before.replace("COPY src /src", "ENV A=b\nCOPY src /src")],
    ["a stage more in front", "vertex", `FROM alpine AS tools\nRUN true\n${before}COPY --from=tools /bin/sh /sh\n`],
    ["a comment and empty lines", "vertex", before.replace("RUN make\n", "# why\n\nRUN make\n")],
  ])("survive an edit elsewhere: %s", async (_, basis, after) => {
    const known = await basisIn(after, pastOf(await graphOf(before)));
    expect(known["RUN make"]).toMatchObject({ ms: 4000, provenance: "measured", basis });
    expect(known["RUN make test"]).toMatchObject({ ms: 5000, provenance: "measured" });
    expect(known["RUN app --check"]).toMatchObject({ provenance: "measured" });
  });

  test("survive another base image", async () => {
    const known = await basisIn(before, pastOf(await graphOf(before)), {}, "b");
    expect(known["RUN make"]).toMatchObject({ ms: 4000, basis: "step" });
  });

  test("are found by stage and instruction where the step itself is another", async () => {
    const after = before.replace("COPY src /src", "WORKDIR /src\nCOPY src /src");
    const known = await basisIn(after, pastOf(await graphOf(before)));
    expect(known["RUN make"]).toMatchObject({ ms: 4000, basis: "instruction" });
  });

  test("are not taken from another instruction, stage or platform", async () => {
    const past = pastOf(await graphOf(before));
    expect((await basisIn(before.replace("RUN make\n", "RUN make all\n"), past))["RUN make all"]).toMatchObject({
      provenance: "estimated",
      basis: "kind",
    });
    expect(
      (await basisIn(before.replaceAll("build", "other").replace("src /src", "src lib /src/"), past))["RUN make"],
    ).toMatchObject({ basis: "kind" });
    expect((await basisIn(before, past, { targetPlatforms: ["linux/arm64"] }))["RUN make"]).toMatchObject({
      basis: "kind",
    });
  });

  test("are those of the newest build, the more particular ones first", async () => {
    const graph = await graphOf(before);
    const [old, recent] = [pastOf(graph), pastOf(graph).map((vertex) => ({ ...vertex, ms: 7 }))];
    expect((await basisIn(before, [...recent, ...old]))["RUN make"]).toMatchObject({ ms: 7, basis: "vertex" });
    const elsewhere = pastOf(await graphOf(before.replace("COPY src /src", "COPY src lib /src/")));
    expect((await basisIn(before, [...elsewhere, ...old]))["RUN make"]).toMatchObject({ ms: 4000, basis: "vertex" });
  });

  test("tell equal steps of a stage, and a stage for several platforms, apart", async () => {
    const twice = await graphOf("FROM alpine\nRUN make\nRUN true\nRUN make\n");
    const durations = resolveDurations(twice, {
      past: pastOf(twice).map((past) => ({ ...past, keys: { ...past.keys, vertex: "" } })),
    });
    expect(twice.vertices.map(({ digest }) => durations.get(digest)?.ms)).toEqual([1000, 2000, 3000, 4000]);
    const cross =
      "FROM --platform=$BUILDPLATFORM alpine AS b\nARG TARGETARCH\nRUN make\nFROM scratch\nCOPY --from=b / /\n";
    const both = await graphOf(cross, { targetPlatforms: ["linux/amd64", "linux/arm64"] });
    expect(new Set([...vertexKeys(both).values()].map(({ step }) => step)).size).toBe(both.vertices.length);
  });

  test("that make no sense are left out", async () => {
    const graph = await graphOf("FROM alpine\nRUN make\n");
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const durations = resolveDurations(graph, { past: pastOf(graph).map((past) => ({ ...past, ms })) });
      expect([...durations.values()].map(({ provenance }) => provenance)).toEqual(["estimated", "estimated"]);
    }
  });
});

describe("estimates", () => {
  async function estimate(instruction: string): Promise<number> {
    const { vertices } = await graphOf(`FROM alpine\n${instruction}\n`);
    const last = vertices.at(-1);
    return last === undefined ? 0 : estimateOf(last.op);
  }

  test("put kinds of steps in proportion", async () => {
    const order = [
      "COPY a b",
      "RUN mkdir -p /a/b",
      "RUN ./unknown",
      "RUN curl -O http://a/b",
      "RUN npm ci",
      "RUN cargo build",
    ];
    const times = await Promise.all(order.map(estimate));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(order.length);
  });

  test("count what a step does, however it is written", async () => {
    const plain = await estimate("RUN apt-get update && apt-get install -y git gcc");
    expect(await estimate('RUN ["/bin/bash", "-ec", "apt-get update; apt-get install -y git gcc"]')).toBe(plain);
    expect(await estimate("RUN <<EOF\napt-get update\napt-get install -y git \\\n  gcc\nEOF")).toBe(plain);
    expect(
      await estimate("RUN apt-get update && DEBIAN_FRONTEND=noninteractive sudo -E apt-get -qq install git gcc"),
    ).toBe(plain);
    expect(await estimate('RUN ["apt-get", "install", "git", "gcc"]')).toBe(plain - 3000);
  });

  test("are longer by a factor for what is emulated, and only for that", async () => {
    const targetPlatforms = ["linux/amd64", "linux/arm64"];
    const dockerfile = "FROM alpine\nCOPY a b\nRUN make\n";
    const graph = await graphOf(dockerfile, { targetPlatforms });
    const emulations = (nativePlatforms?: readonly string[]) => {
      const durations = resolveDurations(graph, nativePlatforms === undefined ? {} : { nativePlatforms });
      return graph.vertices
        .filter(({ kind }) => kind === "exec")
        .map(({ digest, platforms }) => `${platforms[0]} ${durations.get(digest)?.emulation}`);
    };
    expect(emulations()).toEqual(["linux/amd64 1", `linux/arm64 ${emulationFactor}`]);
    expect(emulations(["linux/arm64"])).toEqual([`linux/amd64 ${emulationFactor}`, "linux/arm64 1"]);
    expect(emulations(["linux/amd64", "linux/arm64"])).toEqual(["linux/amd64 1", "linux/arm64 1"]);
    const small = await graphOf(dockerfile, { targetPlatforms: ["linux/386"] });
    expect([...resolveDurations(small).values()].map(({ emulation }) => emulation)).toEqual([1, 1, 1, 1]);
  });
});
