import stringWidth from "string-width";
import { expect, test } from "vitest";
import { BuildView } from "../../../src/cli/progress/build-view.ts";
import { drawBuild } from "../../../src/cli/progress/tty.ts";

const screen = { began: 0, now: 5000, worker: "docker", columns: 40, rows: 24 };
const uncoloured = (lines: readonly string[]) => lines.map((line) => line.replace(/\u001b\[[0-9;]*m/g, ""));

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
  expect(uncoloured(drawBuild(view, screen))).toEqual([
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
  expect(uncoloured(drawBuild(view, screen))).toEqual([
    "[+] Building 5.0s (1/1) docker",
    " => [0] RUN step                    2.0s",
  ]);
});

test("the drawing fits the screen: running steps stay, old finished ones go first", () => {
  const view = viewOf(30);
  for (let i = 0; i < 28; i++) view.apply({ kind: "completed", vertex: `v${i}`, started: 1000, at: 2000 });
  const lines = uncoloured(drawBuild(view, { ...screen, rows: 6 }));
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
  for (const line of uncoloured(drawBuild(view, screen))) expect(stringWidth(line)).toBeLessThanOrEqual(40);
});
