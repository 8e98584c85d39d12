import { describe, expect, it } from "vitest";
import { DockerfileError } from "../../src/diagnostic.ts";
import { compile } from "../../src/graph/compile.ts";
import { resolver } from "../graph/robust/arbitrary-options.ts";
import { largeInputs } from "../graph/robust/large-inputs.ts";
import "../graph/robust/grammar.test.ts";
import "../graph/robust/mutations.test.ts";

// The properties above look at this when they run.
process.env.ROBUST_RUNS ??= "5000";

async function outcomeOf(source: string): Promise<number | string> {
  try {
    return (await compile(source, { sessionId: "s", resolver })).platforms[0]?.definition.def.length ?? 0;
  } catch (error) {
    if (error instanceof DockerfileError) return error.diagnostics[0]?.rule ?? "";
    throw error;
  }
}

/** Milliseconds of the fastest of three runs. */
async function timeOf(source: string): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    await outcomeOf(source);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

describe("a Dockerfile of full size", () => {
  it.each(largeInputs.map((input) => [input.about, input] as const))(
    "compiles in linear time: %s",
    async (_, input) => {
      const { usual, source, outcome } = input;
      expect(await outcomeOf(source(usual))).toBe(outcome(usual));
      const [quarter, whole] = [await timeOf(source(usual / 4)), await timeOf(source(usual))];
      // Four times the work, and as much again for caches, collection and a busy machine; a square would be sixteen.
      if (whole > 100) expect(whole / quarter).toBeLessThan(10);
      console.log(`${input.about}: ${quarter.toFixed(0)} ms for ${usual / 4}, ${whole.toFixed(0)} ms for ${usual}`);
    },
  );
});
