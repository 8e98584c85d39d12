import { describe, expect, test } from "vitest";
import { copyLocal } from "../../../src/graph/lower/copy-local.ts";
import { add, copy } from "./stage.ts";

const common = { kind: "copy", dest: "/to/", owner: undefined, mode: undefined, createDestPath: true } as const;
const parents = copy({ parents: true });

describe("a copy that keeps the parents", () => {
  test.each([
    ["a/b/c.txt", { src: "/", includePatterns: ["a/b/c.txt"], requiredPaths: ["/a/b/c.txt"] }],
    ["/a/b", { src: "/", includePatterns: ["a/b"], requiredPaths: ["/a/b"] }],
    ["a/./b/c", { src: "/a", includePatterns: ["b/c"], requiredPaths: ["/a/b/c"] }],
    ["a/./b/./c", { src: "/a", includePatterns: ["b/c"], requiredPaths: ["/a/b/c"] }],
    ["a/./", { src: "/a", includePatterns: [""], requiredPaths: ["/a"] }],
    ["a/*.txt", { src: "/", includePatterns: ["a/*.txt"], requiredPaths: [] }],
    ["a*/./b", { src: "/a*", includePatterns: ["b"], requiredPaths: [] }],
    ["a/./[b]", { src: "/a", includePatterns: ["[b]"], requiredPaths: [] }],
    ["a\\*b", { src: "/", includePatterns: ["a\\*b"], requiredPaths: ["/a\\*b"] }],
    ["a\\\\*", { src: "/", includePatterns: ["a\\\\*"], requiredPaths: [] }],
    ["a\\", { src: "/", includePatterns: ["a\\"], requiredPaths: ["/a\\"] }],
    [".", { src: "/", includePatterns: [""], requiredPaths: ["/"] }],
  ])("of %j", (path, expected) => {
    expect(copyLocal(common, parents, path, undefined, "linux")).toMatchObject(expected);
  });

  test("on Windows loses the drive", () => {
    expect(copyLocal(common, parents, "C:\\a\\.\\b", undefined, "windows")).toMatchObject({
      src: "/",
      includePatterns: ["a/b"],
      requiredPaths: ["/a/b"],
    });
  });
});

test("a plain copy takes the path as it is, without patterns", () => {
  const plain = copyLocal(common, copy(), "a/./b", undefined, "linux");
  expect(plain).toMatchObject({
    src: "/a/b",
    includePatterns: undefined,
    requiredPaths: undefined,
    attemptUnpack: false,
  });
});

test("ADD unpacks what is local, unless told not to", () => {
  const unpacks = (unpack: boolean | undefined) =>
    copyLocal(common, add({ unpack }), "a.tar", undefined, "linux").attemptUnpack;
  expect([unpacks(undefined), unpacks(true), unpacks(false)]).toEqual([true, true, false]);
});
