import { expect, test } from "vitest";
import { parseAssignments } from "../../../src/cli/parse/assignments.ts";
import { parseSize } from "../../../src/cli/parse/size.ts";

test("assignments keep everything after the first equals sign; the last one wins", () => {
  expect({ ...parseAssignments("--build-arg", ["A=1", "B=x=y", "A=2", "C="]) }).toEqual({ A: "2", B: "x=y", C: "" });
});

test("a name alone takes its value from the environment, or is left out", () => {
  expect({ ...parseAssignments("--build-arg", ["HOME", "NONE", "toString"], { HOME: "/h" }) }).toEqual({ HOME: "/h" });
  expect({ ...parseAssignments("--label", ["plain"]) }).toEqual({ plain: "" });
});

test("names that objects have of their own are names like others", () => {
  expect(Object.entries(parseAssignments("--build-arg", ["__proto__=x", "constructor=y"]))).toEqual([
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
});

test("a value without a name is refused", () => {
  expect(() => parseAssignments("--build-arg", ["=x"])).toThrow(/no name/);
});

test("sizes are in powers of 1024", () => {
  expect(parseSize("--shm-size", "64m")).toBe(64 << 20);
  expect(parseSize("--shm-size", "1.5GiB")).toBe(1.5 * 2 ** 30);
  expect(parseSize("--shm-size", "1024")).toBe(1024);
  expect(parseSize("--shm-size", "2kb")).toBe(2048);
  for (const wrong of ["", "m", "-1", "1x", "1 000"])
    expect(() => parseSize("--shm-size", wrong)).toThrow(/--shm-size/);
});
