import { describe, expect, it } from "vitest";
import { DockerfileError } from "../../src/diagnostic.ts";
import { type Target, targets, targetsText } from "../../src/graph/targets.ts";
import { linesOf } from "./inspection.ts";
import { type ExpectedError, loadGroup } from "./load.ts";

interface ExpectedTargets {
  readonly ok: boolean;
  readonly result?: { readonly targets: readonly unknown[] };
  readonly text?: string;
  readonly error?: ExpectedError;
}

/** A target as the cases write it: with lines for its location. */
function withLines({ location, ...target }: Target) {
  return { ...target, lines: linesOf(location) };
}

describe("the targets of a Dockerfile", () => {
  it.each(loadGroup<ExpectedTargets>("targets").map((each) => [each.name, each] as const))(
    "%s",
    async (_, { dockerfile, expected }) => {
      if (expected.error !== undefined) {
        const error = await targets(dockerfile).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(DockerfileError);
        if (error instanceof DockerfileError) expect(error.diagnostics[0]?.lines).toEqual(expected.error.lines);
        return;
      }
      const list = await targets(dockerfile);
      expect({ targets: list.targets.map(withLines) }).toEqual(expected.result);
      expect(targetsText(list)).toBe(expected.text);
    },
  );
});
