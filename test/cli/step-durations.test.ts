import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { durationsOf, keepDurations, readDurations, stepKeys, timeSaved } from "../../src/cli/step-durations.ts";
import type { VertexTiming } from "../../src/solver/solve-options.ts";
import { memoryTerminal } from "./fake-terminal.ts";
import { folderWith } from "./rig.ts";

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

it("keeps durations between builds, the newest last, and reads nothing from a file that is broken", async () => {
  const folder = folderWith({});
  const { terminal } = memoryTerminal({ env: { XDG_CACHE_HOME: folder } });
  expect(await readDurations(terminal)).toEqual(new Map());
  await keepDurations(first, terminal);
  const kept = await readDurations(terminal);
  expect(kept).toEqual(durationsOf(first));
  await keepDurations([first[0], step("b", "[2/3] RUN make", "completed", 7000, "a")].filter(isThere), terminal);
  expect([...(await readDurations(terminal)).values()]).toEqual([20, 7000]);
  const file = join(folder, "llbc/durations/steps.json");
  writeFileSync(file, readFileSync(file, "utf8").slice(0, -3));
  expect(await readDurations(terminal)).toEqual(new Map());
});

it("a cache folder that cannot be made is no failure", async () => {
  const { terminal } = memoryTerminal({ env: { XDG_CACHE_HOME: join(folderWith({ file: "" }), "file") } });
  await keepDurations(first, terminal);
  expect(await readDurations(terminal)).toEqual(new Map());
});

function isThere<T>(value: T | undefined): value is T {
  return value !== undefined;
}
