import { expect, test } from "vitest";
import { baseName, cleanPath, joinPath, parentPath } from "../src/slash-path.ts";

test.each([
  ["", "."],
  ["/", "/"],
  ["//", "/"],
  ["a/", "a"],
  ["a//b/./c/..", "a/b"],
  ["../a", "../a"],
  ["a/../..", ".."],
  ["/../a", "/a"],
  ["a\\b", "a\\b"],
])("cleanPath(%j) is %j", (path, expected) => {
  expect(cleanPath(path)).toBe(expected);
});

test.each([
  ["", "."],
  ["a", "."],
  ["/a", "/"],
  ["a/b", "a"],
  ["a//b", "a"],
  ["a/b/", "a/b"],
])("parentPath(%j) is %j", (path, expected) => {
  expect(parentPath(path)).toBe(expected);
});

test.each([
  ["", "."],
  ["/", "/"],
  ["//", "/"],
  ["a/b", "b"],
  ["a/b//", "b"],
  ["b", "b"],
])("baseName(%j) is %j", (path, expected) => {
  expect(baseName(path)).toBe(expected);
});

test("joinPath leaves out empty elements", () => {
  expect(joinPath("", "")).toBe("");
  expect(joinPath("", "/a")).toBe("/a");
  expect(joinPath(".", "/a")).toBe("a");
  expect(joinPath("/", "../x", "y/")).toBe("/x/y");
});
