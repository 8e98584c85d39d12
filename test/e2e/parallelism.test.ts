import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import type { SolveResult } from "../../src/solver/solve-options.ts";
import { type Build, build, contextWith } from "./builds.ts";

/** 16 stages of one RUN each, all needed by the last; each waits long enough that those that may run together do. */
function sixteenRuns(seconds: number): string {
  const numbers = Array.from({ length: 16 }, (_, i) => i);
  return [
    "ARG BASE=busybox",
    ...numbers.map(
      (i) => `FROM $BASE AS s${i}\nRUN sleep ${seconds} && echo ${randomBytes(8).toString("hex")} > /r${i}`,
    ),
    "FROM scratch",
    ...numbers.map((i) => `COPY --from=s${i} /r${i} /`),
  ].join("\n");
}

/** How many RUN steps ran at the same moment at most, by the worker's own times. */
function overlap(result: SolveResult): number {
  const runs = result.timings.filter((timing) => / RUN /.test(timing.name)).flatMap((timing) => timing.runs);
  const changes = runs.flatMap(({ started, completed }) => [
    { at: started, by: 1 },
    { at: completed, by: -1 },
  ]);
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let now = 0;
  return Math.max(...changes.map(({ by }) => (now += by)));
}

function runCount(result: Build): number {
  return result.timings.filter((timing) => / RUN /.test(timing.name) && timing.state === "completed").length;
}

test.each([1, 3, 16])("16 independent RUN steps, at most %i at once: never more, and as many", async (limit) => {
  const result = await build(contextWith(sixteenRuns(limit === 1 ? 0.2 : 1)), { maxParallelism: limit });
  expect(runCount(result)).toBe(16);
  expect(overlap(result)).toBe(limit);
});

test("the bound holds over two platforms together", async () => {
  const result = await build(contextWith(sixteenRuns(0.5)), {
    maxParallelism: 3,
    platforms: ["linux/amd64", "linux/arm64"],
  });
  expect(runCount(result)).toBe(32);
  expect(overlap(result)).toBe(3);
});

test("steps that follow each other run in their order, and what is shared by two platforms runs once", async () => {
  const dockerfile = `ARG BASE=busybox
FROM --platform=$BUILDPLATFORM $BASE AS shared
RUN echo ${randomBytes(8).toString("hex")} > /first
RUN cat /first > /second
FROM $BASE
COPY --from=shared /second /
RUN cmp /second /second
`;
  const result = await build(contextWith(dockerfile), { maxParallelism: 2, platforms: ["linux/amd64", "linux/arm64"] });
  expect(runCount(result)).toBe(4);
});
