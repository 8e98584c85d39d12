import { expect, test } from "vitest";
import { lineRuns } from "../../src/graph/line-runs.ts";

test.each([
  [[], ""],
  [[4], "4"],
  [[4, 5, 6, 9], "4-6,9"],
  [[1, 3, 5, 7, 9, 11], "1,3,5,7,9,11"],
  [[1, 3, 5, 7, 9, 11, 12, 13, 20, 21, 22], "1,3,5,7,9,11-13 and 3 more"],
])("lines %j are told as %j", (lines, expected) => {
  expect(lineRuns(lines)).toBe(expected);
});
