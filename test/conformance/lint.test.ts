import { describe, expect, it } from "vitest";
import { check } from "../../src/graph/check.ts";
import { checkStatus } from "../../src/graph/check-shape.ts";
import { optionsOf } from "./compile-case.ts";
import { linesOf } from "./inspection.ts";
import { type ExpectedError, type ExpectedWarning, loadGroup } from "./load.ts";

interface ExpectedCheck {
  readonly ok: boolean;
  readonly warnings: readonly (ExpectedWarning & { readonly url: string })[];
  readonly statusCode: number;
  readonly error?: ExpectedError;
}

describe("the checks of a Dockerfile", () => {
  it.each(loadGroup<ExpectedCheck>("lint").map((each) => [each.name, each] as const))("%s", async (_, each) => {
    const { dockerfile, expected } = each;
    const report = await check(dockerfile, optionsOf(each));
    const warnings = report.warnings.map(({ ruleName, url = "", location }) => ({
      rule: ruleName,
      url,
      lines: linesOf(location),
    }));
    expect(warnings).toEqual(expected.warnings);
    expect(report.buildError === undefined ? undefined : linesOf(report.buildError.location)).toEqual(
      expected.error?.lines,
    );
    expect(checkStatus(report)).toBe(expected.statusCode);
  });
});
