import { describe, expect, it } from "vitest";
import { type CheckConfig, mergeCheckConfig, parseCheckConfig } from "../../../src/graph/lint/check-config.ts";

function config(text: string): CheckConfig {
  const result = parseCheckConfig(text);
  if (result.kind === "invalid") throw new Error(result.problem);
  return result.config;
}

function problem(text: string): string {
  const result = parseCheckConfig(text);
  if (result.kind === "config") throw new Error(`${text} was accepted`);
  return result.problem;
}

describe("a check option", () => {
  it("switches rules off by name, or all of them", () => {
    expect([...config("skip=StageNameCasing, FromAsCasing").skipped]).toEqual(["StageNameCasing", "FromAsCasing"]);
    expect(config(" skip = all ")).toMatchObject({ skipAll: true, warningsAreErrors: false });
  });

  it("holds several settings", () => {
    const all = config("skip=JSONArgsRecommended;error=true;experimental=InvalidDefinitionDescription");
    expect(all.warningsAreErrors).toBe(true);
    expect([...all.skipped]).toEqual(["JSONArgsRecommended"]);
    expect([...all.experimental]).toEqual(["InvalidDefinitionDescription"]);
  });

  it("changes nothing when it is empty", () => {
    expect(config("  ")).toEqual({
      skipAll: false,
      skipped: new Set(),
      experimentalAll: false,
      experimental: new Set(),
      warningsAreErrors: false,
    });
  });

  it("takes the last of repeated settings, but never takes back all", () => {
    expect([...config("skip=A;skip=B").skipped]).toEqual(["B"]);
    expect(config("skip=all;skip=B")).toMatchObject({ skipAll: true });
  });

  it("reads at most three settings: what follows belongs to the third", () => {
    expect([...config("skip=A;error=false;experimental=B;skip=C").experimental]).toEqual(["B;skip=C"]);
  });

  it.each(["1", "t", "T", "TRUE", "true", "True"])("takes %s for true", (text) => {
    expect(config(`error=${text}`).warningsAreErrors).toBe(true);
  });

  it("says what is wrong, and what to write", () => {
    expect(problem("error=yes")).toContain('"yes" is neither true nor false');
    expect(problem("ignore=all")).toContain('"ignore" is not a check setting');
    expect(problem("skip")).toContain('it has no "="');
    expect(problem("skip=A;")).toContain('it has no "="');
    expect(problem("skip")).toContain("write skip=<rules>");
  });
});

describe("two check options together", () => {
  it("skip what either skips", () => {
    const merged = mergeCheckConfig(config("skip=A;experimental=X"), config("skip=B;experimental=all"));
    expect([...merged.skipped]).toEqual(["A", "B"]);
    expect(merged).toMatchObject({ experimentalAll: true, skipAll: false });
  });

  it("make warnings errors only where the first one does", () => {
    expect(mergeCheckConfig(config(""), config("error=true")).warningsAreErrors).toBe(false);
    expect(mergeCheckConfig(config("error=true"), config("error=false")).warningsAreErrors).toBe(true);
  });
});
