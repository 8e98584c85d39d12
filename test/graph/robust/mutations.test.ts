import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DockerfileError } from "../../../src/diagnostic.ts";
import { check } from "../../../src/graph/check.ts";
import { outline } from "../../../src/graph/outline.ts";
import { parse } from "../../../src/graph/parse.ts";
import { targets } from "../../../src/graph/targets.ts";
import { optionsOf } from "../../conformance/compile-case.ts";
import { loadCompileCases, loadGroup } from "../../conformance/load.ts";
import { compileOptions } from "./arbitrary-options.ts";
import { mutated } from "./mutations.ts";
import { outcomeOf } from "./outcome.ts";
import { runs } from "./runs.ts";

const cases = loadCompileCases();
const mutant = fc.oneof(
  { weight: 3, arbitrary: mutated(cases) },
  { weight: 1, arbitrary: mutated(loadGroup("realistic")) },
);

describe("a Dockerfile of the conformance set", () => {
  it("is consistent under its own options", async () => {
    const some = cases.filter((_, index) => process.env.ROBUST_RUNS !== undefined || index % 5 === 0);
    for (const testCase of some) await outcomeOf(testCase.dockerfile, optionsOf(testCase));
  }, 1_800_000);

  it("is consistent under any options", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...cases), compileOptions, async (testCase, options) => {
        await outcomeOf(testCase.dockerfile, { ...optionsOf(testCase), ...options });
      }),
      runs(200),
    );
  }, 1_800_000);

  it("compiles, or is refused with a place, after any damage, and the same way twice", async () => {
    await fc.assert(
      fc.asyncProperty(mutant, async (testCase) => {
        const outcome = await outcomeOf(testCase.dockerfile, optionsOf(testCase));
        expect(await outcomeOf(testCase.dockerfile, optionsOf(testCase))).toEqual(outcome);
      }),
      runs(250),
    );
  }, 1_800_000);

  it("is inspected after any damage", async () => {
    await fc.assert(
      fc.asyncProperty(mutant, async (testCase) => {
        const { dockerfile } = testCase;
        const options = optionsOf(testCase);
        const answers = await Promise.allSettled([
          check(dockerfile, options),
          outline(dockerfile, options),
          targets(dockerfile),
        ]);
        for (const answer of answers) {
          if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(DockerfileError);
        }
        const { diagnostics } = await parse(dockerfile);
        expect(answers[2].status).toBe(diagnostics.length === 0 ? "fulfilled" : "rejected");
      }),
      runs(100),
    );
  }, 1_800_000);
});
