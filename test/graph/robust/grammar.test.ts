import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DockerfileError } from "../../../src/diagnostic.ts";
import { check } from "../../../src/graph/check.ts";
import { checkJson } from "../../../src/graph/check-shape.ts";
import { outline } from "../../../src/graph/outline.ts";
import { parse } from "../../../src/graph/parse.ts";
import { targets } from "../../../src/graph/targets.ts";
import { grammarDockerfile } from "./arbitrary-dockerfile.ts";
import { compileOptions, resolver, reversedKeys, unresolvable } from "./arbitrary-options.ts";
import { outcomeOf } from "./outcome.ts";
import { runs } from "./runs.ts";

describe("whatever the grammar can say", () => {
  it("compiles to what can be verified or is refused with a place, and the same way in any order of options", async () => {
    await fc.assert(
      fc.asyncProperty(grammarDockerfile, compileOptions, async (source, given) => {
        const options = { ...given, resolver };
        const outcome = await outcomeOf(source, options);
        expect(await outcomeOf(source, reversedKeys(options))).toEqual(outcome);
      }),
      runs(200),
    );
  }, 1_800_000);

  it("compiles without options in a good part of all cases", async () => {
    let compiled = 0;
    let total = 0;
    await fc.assert(
      fc.asyncProperty(grammarDockerfile, async (source) => {
        total++;
        const outcome = await outcomeOf(source, { resolver });
        if (outcome !== "unresolved" && "bytes" in outcome) compiled++;
      }),
      runs(200),
    );
    expect(compiled).toBeGreaterThan(total / 10);
  }, 1_800_000);

  it("is inspected without surprise", async () => {
    await fc.assert(
      fc.asyncProperty(grammarDockerfile, compileOptions, async (source, given) => {
        const options = { ...given, resolver };
        const answers = await Promise.allSettled([
          check(source, options).then((report) => JSON.parse(checkJson(report))),
          outline(source, options),
          targets(source),
        ]);
        for (const answer of answers) {
          if (answer.status === "fulfilled" || answer.reason === unresolvable) continue;
          expect(answer.reason).toBeInstanceOf(DockerfileError);
        }
        const { diagnostics } = await parse(source);
        // What has an error when it is parsed has no targets, and the other way round.
        expect(answers[2].status).toBe(diagnostics.length === 0 ? "fulfilled" : "rejected");
      }),
      runs(100),
    );
  }, 1_800_000);
});
