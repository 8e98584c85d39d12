import { expect, it } from "vitest";
import { palette } from "../../../src/cli/progress/palette.ts";
import { memoryTerminal } from "../fake-terminal.ts";

const onTerminal = memoryTerminal({ isTTY: true }).terminal.stderr;

it("colours as BUILDKIT_COLORS has them, by name and by red, green and blue", () => {
  const colours = palette(onTerminal, { BUILDKIT_COLORS: 'run=light-green:ERROR="255,0,10":cancel=default' });
  expect(colours.run("x")).toBe("\u001b[92mx\u001b[39m");
  expect(colours.error("x")).toBe("\u001b[38;2;255;0;10mx\u001b[39m");
  expect(colours.cancel("x")).toBe("\u001b[39mx\u001b[39m");
  expect(colours.warning("x")).toBe("\u001b[33mx\u001b[39m");
  expect(colours.problems).toEqual([]);
});

it.each(["run", "run=pink", "run=1,2", "run=1,2,256", "run=a=b", "stop=red"])("%s is left out and told", (text) => {
  const colours = palette(onTerminal, { BUILDKIT_COLORS: text });
  expect(colours.run("x")).toBe("\u001b[34mx\u001b[39m");
  expect(colours.problems).toEqual([expect.stringContaining(text)]);
});

it.each([
  ["NO_COLOR is set", { NO_COLOR: "1", BUILDKIT_COLORS: "run=red" }],
  ["the terminal is dumb", { TERM: "dumb" }],
])("no colours where %s", (_, env) => {
  expect(palette(onTerminal, env).run("x")).toBe("x");
});

it("no colours where nobody looks", () => {
  expect(palette(memoryTerminal().terminal.stderr, { BUILDKIT_COLORS: "run=red" }).run("x")).toBe("x");
});
