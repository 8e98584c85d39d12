import fc from "fast-check";
import { expect, test } from "vitest";
import { shellCommands } from "../../../src/graph/analyses/shell-commands.ts";

const words = (script: string) => shellCommands(script).map((command) => command.words.join(" "));

test.each([
  ["a && b -c || d; e & f\ng", ["a", "b -c", "d", "e", "f", "g"]],
  ["a \\\n  b \\\n  c", ["a b c"]],
  ["echo 'a && b' \"c; d\" e\\ f", ["echo a && b c; d e f"]],
  ["a | b", ["a", "b"]],
  ["a > /out 2>&1 < in b", ["a b"]],
  ["a # not && this\nb", ["a", "b"]],
  ["X=1 Y='a b' make Z=2", ["make Z=2"]],
  ["export X=1; X=2", ["export X=1"]],
  ["if a; then b; else c; fi", ["a", "b", "c"]],
  ["for x in 1 2; do make $x; done", ["for x in 1 2", "make $x"]],
  ["(cd a && b)", ["cd a", "b"]],
  ["{ a; b; }", ["a", "b"]],
  ["! a", ["a"]],
  ["sudo -E env -i a b", ["a b"]],
  ["cat <<EOF > f\na && b\nEOF\nc", ["cat", "c"]],
  ["cat <<-'X'\n\ta\n\tX\nb", ["cat", "b"]],
  ["a $(b; c) `d` ${e:-f g}", ["a $(b; c) `d` ${e:-f g}"]],
  ["", []],
  ["  \n ; ", []],
])("reads %j", (script, expected) => {
  expect(words(script)).toEqual(expected);
});

test("says what else a command reads or writes", () => {
  expect(shellCommands("a b").map(({ isPlumbed }) => isPlumbed)).toEqual([false]);
  expect(shellCommands("a | b; c").map(({ isPlumbed }) => isPlumbed)).toEqual([true, true, false]);
  expect(shellCommands("a $(b)")[0]?.isPlumbed).toBe(true);
  expect(shellCommands("a < b")[0]?.isPlumbed).toBe(true);
});

test("reads anything, and quickly", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."ab '\"\\$(){}`|&;<>#\n-=E".split("")), maxLength: 60 }),
      (script) => {
        for (const { words: each } of shellCommands(script)) expect(each.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 2000 },
  );
  for (const piece of ["${", "$(", "'", '"', "`", "(", "a ", "\\", "<<E\n", "$((", '"$('] as const) {
    shellCommands(piece.repeat(50_000));
  }
});
