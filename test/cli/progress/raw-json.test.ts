import { expect, test } from "vitest";
import { rawJsonProgress } from "../../../src/cli/progress/raw-json.ts";
import type { SolveEvent } from "../../../src/solver/events.ts";

/** The lines that events are printed as. */
function lines(...events: readonly SolveEvent[]): unknown[] {
  let text = "";
  const progress = rawJsonProgress((more) => {
    text += more;
  });
  for (const event of events) progress.onEvent(event);
  progress.end();
  expect(text.endsWith("\n")).toBe(true);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const vertex: SolveEvent = {
  ...{ kind: "vertex", vertex: "sha256:a", name: "RUN <x>", inputs: ["sha256:b"], platform: "", internal: false },
  progressGroup: { id: "g", name: "", weak: true },
};
const shape = {
  ...{ digest: "sha256:a", inputs: ["sha256:b"], name: "RUN <x>" },
  progressGroup: { id: "g", weak: true },
};

test("a vertex is told again with all that is known of it whenever it goes on", () => {
  expect(
    lines(
      vertex,
      { kind: "started", vertex: "sha256:a", at: 1_700_000_000_000.25 },
      { kind: "completed", vertex: "sha256:a", started: 1_700_000_000_000.25, at: 1_700_000_001_000 },
      { kind: "failed", vertex: "sha256:a", started: 0, at: 1, error: "exit code: 1", cancelled: false },
      { kind: "cached", vertex: "sha256:a", at: 0 },
    ),
  ).toEqual([
    { vertexes: [shape] },
    { vertexes: [{ ...shape, started: "2023-11-14T22:13:20.00025Z" }] },
    { vertexes: [{ ...shape, started: "2023-11-14T22:13:20.00025Z", completed: "2023-11-14T22:13:21Z" }] },
    {
      vertexes: [
        { ...shape, started: "1970-01-01T00:00:00Z", completed: "1970-01-01T00:00:00.001Z", error: "exit code: 1" },
      ],
    },
    { vertexes: [{ ...shape, started: "1970-01-01T00:00:00Z", completed: "1970-01-01T00:00:00Z", cached: true }] },
  ]);
});

test("logs, parts and warnings, bytes in base64", () => {
  expect(
    lines(
      { kind: "log", vertex: "v", stream: "stderr", data: Buffer.from([0xff, 0x0a]), at: 1500 },
      { kind: "progress", vertex: "v", id: "layer", name: "", current: 0, total: 3, started: 1000, at: 2000 },
      {
        ...{ kind: "warning", vertex: "v", level: 1, message: "m", detail: ["d"], url: "", filename: "Dockerfile" },
        text: Buffer.from("FROM x"),
        ranges: [{ start: { line: 1, character: 0 }, end: { line: 1, character: 4 } }],
      },
    ),
  ).toEqual([
    { logs: [{ vertex: "v", stream: 2, data: "/wo=", timestamp: "1970-01-01T00:00:01.5Z" }] },
    {
      statuses: [
        {
          ...{ id: "layer", vertex: "v", total: 3, current: 0, timestamp: "1970-01-01T00:00:02Z" },
          started: "1970-01-01T00:00:01Z",
        },
      ],
    },
    {
      warnings: [
        {
          ...{ vertex: "v", level: 1, short: "bQ==", detail: ["ZA=="] },
          sourceInfo: { filename: "Dockerfile", data: "RlJPTSB4" },
          range: [{ start: { line: 1 }, end: { line: 1, character: 4 } }],
        },
      ],
    },
  ]);
});
