import { Metadata } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { readSyncOptions } from "../../../src/solver/buildkit/filesync/sync-options.ts";

/** Headers as Node hands them on: several of one name are joined. */
function metadata(headers: Readonly<Record<string, string>>): Metadata {
  const result = new Metadata();
  for (const [key, value] of Object.entries(headers)) result.set(key, value);
  return result;
}

test("lists come joined and are taken apart", () => {
  expect(
    readSyncOptions(metadata({ "dir-name": "context", followpaths: "a, b c, d", "exclude-patterns": "*" })),
  ).toEqual({
    dirName: "context",
    includePatterns: [],
    excludePatterns: ["*"],
    followPaths: ["a", "b c", "d"],
  });
});

test("what is not ASCII comes escaped, commas and all", () => {
  const headers = { followpaths: "gr%C3%B6%C3%9Fe+1, a%2C+b, 100%25, %zz", "followpaths-encoded": "1" };
  expect(readSyncOptions(metadata(headers)).followPaths).toEqual(["größe 1", "a, b", "100%", ""]);
  expect(readSyncOptions(metadata({ "dir-name": "%C3%BC", "dir-name-encoded": "true" })).dirName).toBe("ü");
});

test("a list that we declared is recognised, commas and all", () => {
  const declared = () => [["x"], ["a, b", "c"]];
  expect(readSyncOptions(metadata({ "include-patterns": "a, b, c" }), declared).includePatterns).toEqual(["a, b", "c"]);
  expect(readSyncOptions(metadata({ "include-patterns": "a, b, d" }), declared).includePatterns).toEqual([
    "a",
    "b",
    "d",
  ]);
});
