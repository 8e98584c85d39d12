import { describe, expect, test } from "vitest";
import { loadGroup } from "../conformance/load.ts";
import { edits, judge } from "./explain-judge.ts";
import { offlineCase } from "./realistic-cases.ts";

/** What was judged so far, over all cases. */
const all = { steps: 0, ran: 0, conditional: 0, missed: 0 };

// The whole matrix: every realistic case that can run without a network, under every edit. Minutes of builds, so it is a
// command of its own: npm run test:explain.
describe.each(loadGroup("realistic").map((testCase) => [testCase.name, testCase] as const))("%s", (_, testCase) => {
  test("does what was said of it, for the cause that was named", async (context) => {
    // Its ignore file leaves out what it copies, which is what it is about: no worker builds it.
    if (testCase.name === "warnings-galore") return context.skip("cannot be built");
    const judged = await offlineCase(testCase);
    if (judged === undefined) return context.skip("needs more than a worker without a network");
    const { steps, ran, conditional, misses } = await judge(judged, edits);
    all.steps += steps;
    all.ran += ran;
    all.conditional += conditional;
    all.missed += misses.length;
    expect(steps).toBeGreaterThan(20);
    expect(misses).toEqual([]);
    expect(conditional).toBeLessThanOrEqual(undecided[testCase.name] ?? 0);
  });
});

/**
 * Steps that were found after all, which was only said as "unless", and why that could not be known. Each copies or reads
 * from a stage in which a step runs again, and what it takes of that came out as before.
 *
 * - php-fpm: `COPY --from=fpm /var/www/public`, where most edits run `COPY . .` of that stage again, or a RUN before it
 *   that could write there, too.
 * - test-matrix: a RUN reads the reports of others; that one of them says the same again, only its step knows.
 */
const undecided: Readonly<Record<string, number>> = { "php-fpm": 14, "test-matrix": 2 };

test("of all steps together at least 99 % do what was said without an unless", () => {
  console.info("explain:", all);
  expect(all.steps).toBeGreaterThan(3000);
  expect((all.missed + all.conditional) / all.steps).toBeLessThan(0.01);
});
