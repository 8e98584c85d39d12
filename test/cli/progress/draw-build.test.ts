import stringWidth from "string-width";
import { expect, test } from "vitest";
import { BuildView } from "../../../src/cli/progress/build-view.ts";
import { drawBuild } from "../../../src/cli/progress/draw-build.ts";
import { palette } from "../../../src/cli/progress/palette.ts";
import { memoryTerminal } from "../fake-terminal.ts";

const colours = palette(memoryTerminal().terminal.stderr, {});
const screen = {
  ...{ spent: 5000, now: 5000, worker: "docker", columns: 40, rows: 24, logLines: 6 },
  ...{ colours, isFinished: false },
};

function viewOf(steps: number): BuildView {
  const view = new BuildView();
  for (let i = 0; i < steps; i++) {
    view.apply({ kind: "vertex", vertex: `v${i}`, name: `[${i}] RUN step`, inputs: [], platform: "", internal: false });
    view.apply({ kind: "started", vertex: `v${i}`, at: 1000 });
  }
  return view;
}

test("a running step shows its timer and the last lines it wrote, and no escape sequence of theirs", () => {
  const view = viewOf(1);
  view.apply({
    kind: "log",
    vertex: "v0",
    stream: "stdout",
    data: Buffer.from("one\n\u001b[2Jtwo\n10%\r50%"),
    at: 2000,
  });
  expect(drawBuild(view, screen)).toEqual([
    "[+] Building 5.0s (0/1) docker",
    " => [0] RUN step                    4.0s",
    " => => # one",
    " => => # two",
    " => => # 50%",
  ]);
});

test("what is done is folded", () => {
  const view = viewOf(1);
  view.apply({ kind: "log", vertex: "v0", stream: "stdout", data: Buffer.from("noise\n"), at: 2000 });
  view.apply({ kind: "completed", vertex: "v0", started: 1000, at: 3000 });
  expect(drawBuild(view, screen)).toEqual([
    "[+] Building 5.0s (1/1) docker",
    " => [0] RUN step                    2.0s",
  ]);
});

test("the drawing fits the screen: running steps stay, old finished ones go first", () => {
  const view = viewOf(30);
  for (let i = 0; i < 28; i++) view.apply({ kind: "completed", vertex: `v${i}`, started: 1000, at: 2000 });
  const lines = drawBuild(view, { ...screen, rows: 6 });
  expect(lines).toHaveLength(6);
  expect(lines.slice(1).map((line) => line.slice(4, 8).trim())).toEqual(["[25]", "[26]", "[27]", "[28]", "[29]"]);
});

test("no line is wider than the terminal, whatever characters a name has", () => {
  const view = new BuildView();
  view.apply({
    kind: "vertex",
    vertex: "v",
    name: `RUN echo ${"日本語".repeat(20)}`,
    inputs: [],
    platform: "",
    internal: false,
  });
  view.apply({ kind: "started", vertex: "v", at: 0 });
  for (const line of drawBuild(view, screen)) expect(stringWidth(line)).toBeLessThanOrEqual(40);
});

test("of many running steps each has its line, and its share of the room for what it writes", () => {
  const view = viewOf(4);
  for (const vertex of ["v0", "v1", "v2", "v3"]) {
    view.apply({ kind: "log", vertex, stream: "stdout", data: Buffer.from("a\nb\nc\nd\n"), at: 2000 });
  }
  const lines = drawBuild(view, { ...screen, rows: 11 });
  expect(lines).toHaveLength(11);
  expect(lines.filter((line) => line.startsWith(" => ["))).toHaveLength(4);
  expect(lines.slice(1, 4)).toEqual([expect.stringContaining("[0]"), " => => # c", " => => # d"]);
  expect(drawBuild(view, { ...screen, logLines: 1 })).toHaveLength(9);
});

test("a step that is over tells how much it moved, and the last drawing that all is", () => {
  const view = viewOf(1);
  view.apply({ kind: "progress", vertex: "v0", id: "sending", name: "", current: 12_300_000, total: 0, at: 2000 });
  view.apply({ kind: "completed", vertex: "v0", started: 1000, at: 3000 });
  expect(drawBuild(view, { ...screen, isFinished: true })).toEqual([
    "[+] Building 5.0s (1/1) FINISHED docker",
    " => [0] RUN step             12.3MB 2.0s",
  ]);
});

test("the members of a progress group are one step, which is there when one that is not weak has begun", () => {
  const view = new BuildView();
  const member = (vertex: string, weak: boolean) =>
    view.apply({
      ...{ kind: "vertex", vertex, name: vertex, inputs: [], platform: "", internal: false },
      progressGroup: { id: "g", name: "COPY --link a /", weak },
    });
  member("copy", true);
  member("merge", false);
  view.apply({ kind: "started", vertex: "copy", at: 1000 });
  view.apply({ kind: "completed", vertex: "copy", started: 1000, at: 2000 });
  expect(drawBuild(view, screen)).toEqual(["[+] Building 5.0s (1/1) docker"]);
  view.apply({ kind: "started", vertex: "merge", at: 3000 });
  expect(drawBuild(view, screen)[1]).toBe(" => COPY --link a /                 3.0s");
  view.apply({ kind: "cached", vertex: "merge", at: 4000 });
  expect(drawBuild(view, screen)).toEqual([
    "[+] Building 5.0s (1/1) docker",
    " => COPY --link a /                 1.0s",
  ]);
});

test("a member that fails shows its group, however weak it is", () => {
  const view = new BuildView();
  view.apply({
    ...{ kind: "vertex", vertex: "copy", name: "copy", inputs: [], platform: "", internal: false },
    progressGroup: { id: "g", name: "COPY --link a /", weak: true },
  });
  view.apply({ kind: "failed", vertex: "copy", started: 1000, at: 2000, error: "not found", cancelled: false });
  expect(drawBuild(view, screen)[1]).toBe(" => ERROR COPY --link a /           1.0s");
});
