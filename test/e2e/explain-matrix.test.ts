import { describe, expect, test } from "vitest";
import { loadGroup } from "../conformance/load.ts";
import { edits, judge } from "./explain-judge.ts";
import { offlineCase } from "./realistic-cases.ts";

// The whole matrix: every realistic case that can run without a network, under every edit. Minutes of builds, so it is a
// command of its own: npm run test:explain.
describe.each(loadGroup("realistic").map((testCase) => [testCase.name, testCase] as const))("%s", (_, testCase) => {
  test("does what was said of it, for the cause that was named", async (context) => {
    // Its ignore file leaves out what it copies, which is what it is about: no worker builds it.
    if (testCase.name === "warnings-galore") return context.skip("cannot be built");
    const judged = await offlineCase(testCase);
    if (judged === undefined) return context.skip("needs more than a worker without a network");
    const { steps, misses } = await judge(judged, edits);
    expect(steps).toBeGreaterThan(20);
    expect(misses).toEqual([]);
  });
});
