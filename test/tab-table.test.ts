import { describe, expect, it } from "vitest";
import { tabTable } from "../src/tab-table.ts";

describe("tabTable", () => {
  it("gives a column the width of its widest cell and the padding, and leaves the last cell alone", () => {
    const rows = [
      ["NAME", "VALUE", "TEXT"],
      ["A", "longer value", "first"],
      ["B", "", ""],
    ];
    expect(tabTable(rows, 3)).toBe(
      ["NAME   VALUE          TEXT", "A      longer value   first", "B                     ", ""].join("\n"),
    );
  });

  it("counts characters, not UTF-16 units", () => {
    expect(
      tabTable(
        [
          ["😀", "x"],
          ["ab", "y"],
        ],
        1,
      ),
    ).toBe("😀  x\nab y\n");
  });

  it("cuts cells and rows at tabs and line ends within them, and starts a column anew after a row without it", () => {
    const rows = [
      ["wide cell", "one\ntwo"],
      ["a", "b"],
    ];
    expect(tabTable(rows, 1)).toBe("wide cell one\ntwo\na b\n");
    expect(
      tabTable(
        [
          ["a\tb", "c"],
          ["long", "d"],
        ],
        1,
      ),
    ).toBe("a    b c\nlong d\n");
  });

  it("is empty without rows", () => {
    expect(tabTable([], 1)).toBe("");
  });

  it("takes a value of many lines and tabs without slowing down", () => {
    const value = "x\t".repeat(50_000) + "\n".repeat(50_000);
    expect(tabTable([["KEY", value]], 1).startsWith("KEY x x ")).toBe(true);
  });
});
