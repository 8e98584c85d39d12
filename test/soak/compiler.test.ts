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

/** Milliseconds of a run. */
async function timeOf(source: string): Promise<number> {
  const start = performance.now();
  await outcomeOf(source);
  return performance.now() - start;
}

/** How long a quarter takes and how long the whole, in the fastest of all runs, until these tell that it is linear. */
async function timesOf(part: string, all: string): Promise<readonly [quarter: number, whole: number]> {
  let [quarter, whole] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 1; run <= 20 && !(run > 3 && isLinear(quarter, whole)); run++) {
    quarter = Math.min(quarter, await timeOf(part));
    whole = Math.min(whole, await timeOf(all));
  }
  return [quarter, whole];
}

/** Four times the work, and as much again for caches and collection; a square would be sixteen. */
function isLinear(quarter: number, whole: number): boolean {
  return whole < 100 || whole / quarter < 10;
}

describe("a Dockerfile of full size", () => {
  it.each(largeInputs.map((input) => [input.about, input] as const))(
    "compiles in linear time: %s",
    async (_, input) => {
      const { usual, source, outcome } = input;
      expect(await outcomeOf(source(usual))).toBe(outcome(usual));
      const [quarter, whole] = await timesOf(source(usual / 4), source(usual));
      expect(isLinear(quarter, whole), `${whole} ms beside ${quarter} ms for a quarter`).toBe(true);
      console.log(`${input.about}: ${quarter.toFixed(0)} ms for ${usual / 4}, ${whole.toFixed(0)} ms for ${usual}`);
    },
  );
});
