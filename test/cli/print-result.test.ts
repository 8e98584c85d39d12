import { expect, test } from "vitest";
import { printResult } from "../../src/cli/print-result.ts";
import type { VertexTiming } from "../../src/solver/solve-options.ts";
import { memoryTerminal } from "./fake-terminal.ts";

const timing = (name: string, state: VertexTiming["state"], ...seconds: readonly number[]): VertexTiming => ({
  ...{ digest: `sha256:${name}`, name, platform: "", inputs: [], state },
  runs: seconds.map((each) => ({ started: 1000, completed: 1000 + each * 1000 })),
});

test("what came of a build: where it is, what ran and what the cache had, and where the time went", async () => {
  const { terminal, err } = memoryTerminal();
  const result = {
    worker: {
      ...{ description: "", address: "", origin: "", version: "", platforms: [] },
      ...{ protocol: "docker" as const, containerdImages: true },
      builder: { name: "default", node: "default", driver: "docker" },
    },
    ref: "r",
    digest: "sha256:d",
    exporterResponse: new Map([["image.name", "docker.io/library/a:1,b:2,moby-dangling@sha256:d"]]),
    sizes: [
      {
        ...{ platform: "linux/amd64", digest: "sha256:m", size: 1_234_567 },
        layers: [
          { digest: "sha256:1", size: 1_200_000, createdBy: "RUN |1 A=b c /bin/sh -c make \t all # buildkit" },
          { digest: "sha256:2", size: 190, createdBy: "COPY . . # buildkit" },
          { digest: "sha256:3", size: 0, createdBy: "" },
        ],
      },
    ],
    timings: [
      timing("[internal] load build context", "completed", 60),
      timing("[1/4] FROM alpine", "completed", 3),
      timing("[2/4] RUN quick", "completed", 1.9),
      timing("[3/4] RUN \u001b[31mslow", "completed", 4, 2.5),
      timing("[4/4] COPY . .", "cached"),
    ],
  };
  await printResult(result, [{ type: "oci", dest: "/app.tar" }], terminal);
  expect(err().replace(/\u001b\[\d+m/g, "")).toBe(`
oci     /app.tar
image   docker.io/library/a:1
image   b:2
digest  sha256:d
size    1.23MB  linux/amd64, 3 layers
           1.2MB  RUN make all
            190B  COPY . .
              0B  sha256:3
steps   2 run, 1 cached
slow       6.5s  [3/4] RUN slow
slow       3.0s  [1/4] FROM alpine
`);
});
