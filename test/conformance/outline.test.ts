import { describe, expect, it } from "vitest";
import { DockerfileError } from "../../src/diagnostic.ts";
import type { InspectionLocation } from "../../src/graph/inspection-json.ts";
import { outline } from "../../src/graph/outline.ts";
import { type Outline, outlineText } from "../../src/graph/outline-shape.ts";
import { optionsOf } from "./compile-case.ts";
import { linesOf } from "./inspection.ts";
import { type ExpectedError, loadGroup } from "./load.ts";

interface ExpectedOutline {
  readonly ok: boolean;
  readonly result?: object;
  /** Absent where the order of BuildKit's own text varies. */
  readonly text?: string;
  readonly error?: ExpectedError;
}

/** An outline as the cases write it: without the sources, with lines for locations. */
function caseForm({ args, secrets, ssh, sources: _, ...rest }: Outline): object {
  return {
    ...rest,
    ...(args === undefined ? {} : { args: args.map(withLines) }),
    ...(secrets === undefined ? {} : { secrets: secrets.map(withLines) }),
    ...(ssh === undefined ? {} : { ssh: ssh.map(withLines) }),
  };
}

function withLines<T extends { readonly location: InspectionLocation }>({ location, ...rest }: T): object {
  return { ...rest, lines: linesOf(location) };
}

describe("the outline of a Dockerfile", () => {
  it.each(loadGroup<ExpectedOutline>("outline").map((each) => [each.name, each] as const))("%s", async (_, each) => {
    const { dockerfile, expected } = each;
    const options = optionsOf(each);
    if (expected.error !== undefined) {
      const error = await outline(dockerfile, options).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DockerfileError);
      if (error instanceof DockerfileError) expect(error.diagnostics[0]?.lines).toEqual(expected.error.lines);
      return;
    }
    const found = await outline(dockerfile, options);
    expect(caseForm(found)).toEqual(expected.result);
    if (expected.text !== undefined) expect(outlineText(found)).toBe(expected.text);
  });
});
