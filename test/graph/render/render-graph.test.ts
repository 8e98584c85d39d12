import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BuildGraph } from "../../../src/graph/build-graph.ts";
import { compile } from "../../../src/graph/compile.ts";
import type { CompileOptions } from "../../../src/graph/compile-options.ts";
import { graphShape } from "../../../src/graph/render/json.ts";
import { renderGraph } from "../../../src/graph/render/render-graph.ts";

const config = {
  os: "linux",
  architecture: "amd64",
  rootfs: { type: "layers", diff_ids: [`sha256:${"d1".repeat(32)}`] },
};
const options: CompileOptions = {
  sessionId: "s",
  resolver: { image: async () => ({ digest: `sha256:${"a1".repeat(32)}`, config }) },
};

async function graphOf(source: string, more: CompileOptions = {}): Promise<BuildGraph> {
  return (await compile(source, { ...options, ...more })).graph;
}

const example = `FROM --platform=$BUILDPLATFORM alpine AS tools
COPY make.txt .
RUN make "tools"
FROM alpine
RUN <<end
apk add git
end
COPY --from=tools /a /b
`;
const both = { targetPlatforms: ["linux/amd64", "linux/arm64"] };

describe("a graph of two platforms that share a stage", () => {
  it("is a table of each stage on each set of platforms as text", async () => {
    expect(renderGraph(await graphOf(example, both), "text")).toMatchInlineSnapshot(`
      "9 vertices on 4 levels, at most 3 on one level
      result for linux/amd64: #6
      result for linux/arm64: #9

      sources, linux/amd64, linux/arm64
        #3  level 1                    [internal] load build context

      stage tools, linux/amd64, linux/arm64
        #1  level 1         lines 1,4  [linux/amd64 tools 1/3] FROM docker.io/library/alpine:latest@sha256:a1a1a1a1a1a1…
        #4  level 2  #1 #3  line 2     [linux/amd64 tools 2/3] COPY make.txt .
        #5  level 3  #4     line 3     [linux/amd64 tools 3/3] RUN make "tools"

      stage-1, linux/amd64
        #2  level 2  #1     lines 5-7  [linux/amd64 stage-1 2/3] RUN <<end (apk add git)
        #6  level 4  #2 #5  line 8     [linux/amd64 stage-1 3/3] COPY --from=tools /a /b

      stage-1, linux/arm64
        #7  level 1         line 4     [linux/arm64 stage-1 1/3] FROM docker.io/library/alpine:latest@sha256:a1a1a1a1a1a1…
        #8  level 2  #7     lines 5-7  [linux/arm64 stage-1 2/3] RUN <<end (apk add git)
        #9  level 4  #5 #8  line 8     [linux/arm64 stage-1 3/3] COPY --from=tools /a /b
      "
    `);
  });

  it("is boxes in boxes as dot", async () => {
    expect(renderGraph(await graphOf(example, both), "dot")).toMatchInlineSnapshot(`
      "digraph {
        node [shape=box fontname="sans-serif"];
        subgraph cluster_1 {
          label="sources, linux/amd64, linux/arm64";
          v3 [label="[internal] load build context" shape=ellipse];
        }
        subgraph cluster_2 {
          label="stage tools, linux/amd64, linux/arm64";
          v1 [label="[linux/amd64 tools 1/3] FROM docker.io/library/alpine:latest@sha256:a1a1a1a1a1a…" shape=ellipse];
          v4 [label="[linux/amd64 tools 2/3] COPY make.txt ."];
          v5 [label="[linux/amd64 tools 3/3] RUN make \\"tools\\""];
        }
        subgraph cluster_3 {
          label="stage-1, linux/amd64";
          v2 [label="[linux/amd64 stage-1 2/3] RUN <<end (apk add git)"];
          v6 [label="[linux/amd64 stage-1 3/3] COPY --from=tools /a /b"];
        }
        subgraph cluster_4 {
          label="stage-1, linux/arm64";
          v7 [label="[linux/arm64 stage-1 1/3] FROM docker.io/library/alpine:latest@sha256:a1a1a1a1a…" shape=ellipse];
          v8 [label="[linux/arm64 stage-1 2/3] RUN <<end (apk add git)"];
          v9 [label="[linux/arm64 stage-1 3/3] COPY --from=tools /a /b"];
        }
        r1 [label="linux/amd64" shape=doubleoctagon];
        v6 -> r1;
        r2 [label="linux/arm64" shape=doubleoctagon];
        v9 -> r2;
        v1 -> v2;
        v1 -> v4;
        v3 -> v4;
        v4 -> v5;
        v2 -> v6;
        v5 -> v6;
        v7 -> v8;
        v8 -> v9;
        v5 -> v9;
      }
      "
    `);
  });

  it("is a flowchart as Mermaid, where nothing in a name can be markup", async () => {
    expect(renderGraph(await graphOf(example, both), "mermaid")).toMatchInlineSnapshot(`
      "flowchart TB
        subgraph g1["sources, linux/amd64, linux/arm64"]
          v3(["[internal] load build context"])
        end
        subgraph g2["stage tools, linux/amd64, linux/arm64"]
          v1(["[linux/amd64 tools 1/3] FROM docker.io/library/alpine:latest@sha256:a1a1a1a1a1a…"])
          v4["[linux/amd64 tools 2/3] COPY make.txt ."]
          v5["[linux/amd64 tools 3/3] RUN make #34;tools#34;"]
        end
        subgraph g3["stage-1, linux/amd64"]
          v2["[linux/amd64 stage-1 2/3] RUN #60;#60;end (apk add git)"]
          v6["[linux/amd64 stage-1 3/3] COPY --from=tools /a /b"]
        end
        subgraph g4["stage-1, linux/arm64"]
          v7(["[linux/arm64 stage-1 1/3] FROM docker.io/library/alpine:latest@sha256:a1a1a1a1a…"])
          v8["[linux/arm64 stage-1 2/3] RUN #60;#60;end (apk add git)"]
          v9["[linux/arm64 stage-1 3/3] COPY --from=tools /a /b"]
        end
        r1{{"linux/amd64"}}
        v6 --> r1
        r2{{"linux/arm64"}}
        v9 --> r2
        v1 --> v2
        v1 --> v4
        v3 --> v4
        v4 --> v5
        v2 --> v6
        v5 --> v6
        v7 --> v8
        v8 --> v9
        v5 --> v9
      "
    `);
  });

  it("is plain data as JSON, names and digests whole", async () => {
    const graph = await graphOf(example, both);
    const shape = JSON.parse(renderGraph(graph, "json"));
    expect(shape).toEqual(graphShape(graph));
    expect(shape.results).toEqual([...graph.results].map(([platform, digest]) => ({ platform, digest })));
    expect(shape.vertices.map(({ name }: { name: string }) => name)).toEqual(graph.vertices.map(({ name }) => name));
    expect(shape).toMatchObject({ levels: [3, 3, 1, 2], width: 3 });
  });
});

describe("a graph of odd things", () => {
  it("of scratch is nothing, with its result", async () => {
    const graph = await graphOf("FROM scratch\nUSER 1\n");
    expect(renderGraph(graph, "text")).toBe(
      "0 vertices on 0 levels, at most 0 on one level\nresult for linux/amd64: scratch\n",
    );
    expect(renderGraph(graph, "mermaid")).toBe('flowchart TB\n  r1{{"linux/amd64"}}\n');
    expect(JSON.parse(renderGraph(graph, "json"))).toMatchObject({ results: [{ digest: null }], vertices: [] });
  });

  it("keeps what could end a label, move a cursor or be markup inside of it", async () => {
    const graph = await graphOf('FROM alpine\nRUN echo "a\\b" `c` <b>#1; \u001b[31m \u202e end\n');
    for (const format of ["text", "dot", "mermaid"] as const) {
      expect(renderGraph(graph, format)).not.toMatch(/[\u0000-\u0009\u001b\u202e]/);
    }
    expect(renderGraph(graph, "dot")).toContain('echo \\"a\\\\b\\" `c` <b>#1;');
    expect(renderGraph(graph, "mermaid")).toContain("echo #34;a#92;b#34; #96;c#96; #60;b#62;#35;1;");
  });

  it("cuts a long name in a picture, and not in the text", async () => {
    const graph = await graphOf(`FROM alpine\nRUN ${"x".repeat(500)}\n`);
    expect(renderGraph(graph, "text")).toContain("x".repeat(500));
    expect(renderGraph(graph, "dot")).toMatch(/"\[2\/2\] RUN x{69}…"/);
  });
});

describe("the levels of a graph", () => {
  const step = fc.constantFrom(
    "RUN a",
    "RUN --mount=from=base,target=/m b",
    "COPY x /",
    "COPY --from=base /a /b",
    "WORKDIR /w",
    "FROM base",
    "FROM scratch",
    "FROM busybox AS other",
  );
  it("are above those of all inputs, as low as can be, and every vertex is in one group", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const shape = graphShape(
          await graphOf(["FROM alpine AS base", "RUN first", "FROM alpine", ...steps, ""].join("\n"), both),
        );
        const levels = new Map(shape.vertices.map(({ digest, level }) => [digest, level]));
        for (const { level, inputs } of shape.vertices) {
          expect(level).toBe(1 + Math.max(0, ...inputs.map(({ digest }) => levels.get(digest) ?? Number.NaN)));
        }
        const counted = shape.levels.map(
          (_, index) => [...levels.values()].filter((level) => level === index + 1).length,
        );
        expect(shape.levels).toEqual(counted);
        expect(shape.width).toBe(Math.max(0, ...counted));
        const grouped = shape.groups.flatMap((group) => group.vertices);
        expect([...grouped].sort()).toEqual([...levels.keys()].sort());
      }),
    );
  });
});
