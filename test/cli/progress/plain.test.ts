import { expect, test } from "vitest";
import { plainProgress } from "../../../src/cli/progress/plain.ts";
import type { SolveEvent } from "../../../src/solver/events.ts";

const worker: SolveEvent = {
  kind: "worker",
  worker: {
    description: "docker at unix:///d.sock",
    address: "unix:///d.sock",
    origin: "DOCKER_HOST",
    protocol: "docker",
    builder: { name: "default", node: "default", driver: "docker" },
    containerdImages: true,
    version: "",
    platforms: [],
  },
};
const vertex = (digest: string, name: string): SolveEvent => ({
  kind: "vertex",
  vertex: digest,
  name,
  inputs: [],
  platform: "",
  internal: false,
});
const log = (digest: string, text: string | Uint8Array, at: number): SolveEvent => ({
  kind: "log",
  vertex: digest,
  stream: "stdout",
  data: Buffer.from(text),
  at,
});

/** Prints the events, with a tick after each group of them. */
function print(...groups: readonly (readonly SolveEvent[])[]): string {
  let text = "";
  let tick = () => {};
  const write = (more: string) => {
    text += more;
  };
  const progress = plainProgress(write, (flush) => {
    tick = flush;
    return () => {};
  });
  for (const events of groups) {
    for (const event of events) progress.onEvent(event);
    tick();
  }
  progress.end();
  return text;
}

test("two steps that run side by side: their lines carry their numbers, a turn to the other is marked", () => {
  const text = print(
    [
      worker,
      vertex("a", "[1/2] RUN one"),
      vertex("b", "[2/2] RUN two"),
      { kind: "started", vertex: "a", at: 1000 },
      log("a", "first\nhal", 1100),
    ],
    [{ kind: "started", vertex: "b", at: 1200 }, log("b", "other\n", 1300)],
    [
      log("a", "f\n", 1400),
      { kind: "completed", vertex: "a", started: 1000, at: 2500 },
      { kind: "failed", vertex: "b", started: 1200, at: 2600, error: "exit code: 1", cancelled: false },
    ],
  );
  expect(text).toBe(`#0 building with docker at unix:///d.sock (DOCKER_HOST)

#1 [1/2] RUN one
#1 0.100 first
#1 ...

#2 [2/2] RUN two
#2 0.100 other
#2 ERROR: exit code: 1

#1 [1/2] RUN one
#1 0.400 half
#1 DONE 1.5s
`);
});

test("the last line of a step is printed even without its line end, also when a character was cut in two", () => {
  const bytes = Buffer.from("größe");
  const text = print([
    vertex("a", "RUN x"),
    { kind: "started", vertex: "a", at: 0 },
    log("a", bytes.subarray(0, 3), 0),
    log("a", bytes.subarray(3), 0),
    { kind: "completed", vertex: "a", started: 0, at: 0 },
  ]);
  expect(text).toContain("größe\n#1 DONE");
});

test("cached steps say so; parts are printed when they begin and when they are done, not in between", () => {
  const part = (current: number, at: number, completed?: number): SolveEvent => ({
    ...{ kind: "progress", vertex: "b", id: "layer", name: "", current, total: 2000, started: 0, at },
    ...(completed === undefined ? {} : { completed }),
  });
  const text = print([
    vertex("a", "FROM x"),
    { kind: "cached", vertex: "a", at: 0 },
    vertex("b", "FROM y"),
    { kind: "started", vertex: "b", at: 0 },
    part(500, 0),
    part(900, 100),
    part(2000, 3000, 3000),
    { kind: "completed", vertex: "b", started: 0, at: 3000 },
  ]);
  expect(text).toBe(`#1 FROM x
#1 CACHED

#2 FROM y
#2 layer 500B / 2kB
#2 layer 2kB / 2kB 3.0s done
#2 DONE 3.0s
`);
});

test("a step that starts again for another of its outputs is not told twice", () => {
  const run = (started: number): SolveEvent[] => [
    { kind: "started", vertex: "a", at: started },
    { kind: "completed", vertex: "a", started, at: started + 500 },
  ];
  expect(print([vertex("a", "RUN x"), ...run(0)], run(1000), run(2000))).toBe("#1 RUN x\n#1 DONE 0.5s\n");
});
