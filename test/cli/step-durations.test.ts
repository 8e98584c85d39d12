import { expect, it } from "vitest";
import { durationsOf, recordedDurations, stepKeys, timeSaved } from "../../src/cli/step-durations.ts";
import type { VertexTiming } from "../../src/solver/solve-options.ts";
import { recordOf } from "../graph/history/records.ts";

function step(digest: string, name: string, state: VertexTiming["state"], spent: number, ...inputs: string[]) {
  const runs = spent === 0 ? [] : [{ started: 1000, completed: 1000 + spent }];
  return { digest, name, platform: "", inputs, state, runs };
}

const first = [
  step("a", "[1/3] FROM alpine", "completed", 500),
  step("b", "[2/3] RUN make", "completed", 4000, "a"),
  step("c", "[3/3] COPY . .", "completed", 20, "b", "context"),
  step("context", "[internal] load build context", "completed", 100),
];

it("a step that came from the cache saved what it took when it ran, though its digest and place are others", () => {
  const later = [
    step("x", "[3/4] COPY . .", "cached", 0, "y", "z"),
    step("y", "[2/4] RUN make", "cached", 0, "w"),
    step("z", "[internal] load build context", "completed", 100),
    step("w", "[1/4] FROM alpine", "cached", 0),
    step("v", "[4/4] RUN new", "completed", 100, "x"),
  ];
  expect(timeSaved(later, durationsOf(first))).toEqual({ milliseconds: 4020, steps: 2 });
  expect(timeSaved(later, new Map())).toEqual({ milliseconds: 0, steps: 0 });
});

it("the same command on another base is another step", () => {
  const other = [step("a", "[1/2] FROM debian", "cached", 0), step("b", "[2/2] RUN make", "cached", 0, "a")];
  expect(timeSaved(other, durationsOf(first)).milliseconds).toBe(0);
});

it("ends also where a worker tells of a circle", () => {
  const circle = [step("a", "[1/2] RUN a", "cached", 0, "b"), step("b", "[2/2] RUN b", "cached", 0, "a")];
  expect(stepKeys(circle).size).toBe(2);
});

it("takes durations from the builds that are recorded, and of a step that ran often the newest", async () => {
  const record = await recordOf({ dockerfile: "FROM alpine\nRUN make\nRUN test\n", states: { test: "cached" } });
  const slower = record.vertices.map((vertex) => ({ ...vertex, runs: [{ started: 0, completed: 7000 }] }));
  expect([...recordedDurations([record]).values()]).toEqual([500]);
  expect([...recordedDurations([{ vertices: slower }, record]).values()]).toEqual([7000]);
  expect([...recordedDurations([record, { vertices: slower }]).values()]).toEqual([500]);
  expect(recordedDurations([])).toEqual(new Map());
});
