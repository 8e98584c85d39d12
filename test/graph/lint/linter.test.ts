import { describe, expect, it } from "vitest";
import { defaultCheckConfig } from "../../../src/graph/lint/check-config.ts";
import { type Linter, linterFor } from "../../../src/graph/lint/linter.ts";
import { lintRules } from "../../../src/graph/lint/rules.ts";

function linter(setting = ""): Linter {
  const result = linterFor({ filename: "Dockerfile", directive: { value: setting, lines: [1] } });
  if (result.kind === "invalid") throw new Error(result.diagnostic.message);
  return result.linter;
}

const rulesOf = (from: Linter) => from.warnings.map((warning) => warning.rule);

describe("a linter", () => {
  it("collects warnings in the order in which they are found", () => {
    const lint = linter();
    lint.run(lintRules.StageNameCasing, [3], "Build");
    lint.run(lintRules.MaintainerDeprecated, [1, 2]);
    expect(lint.warnings).toEqual([
      {
        rule: "StageNameCasing",
        severity: "warning",
        message: "Stage name 'Build' should be lowercase",
        filename: "Dockerfile",
        lines: [3],
        ranges: [{ start: { line: 3, character: 0 }, end: { line: 3, character: 0 } }],
        url: "https://docs.docker.com/go/dockerfile/rule/stage-name-casing/",
      },
      expect.objectContaining({ rule: "MaintainerDeprecated", lines: [1, 2] }),
    ]);
  });

  it("has no address for the one rule that is not documented", () => {
    const lint = linter();
    lint.run(lintRules.InvalidBaseImagePlatform, [1], "alpine", "linux/arm64", "linux/amd64");
    expect(lint.warnings[0]).not.toHaveProperty("url");
    expect(lint.warnings[0]?.message).toBe(
      'Base image alpine was pulled with platform "linux/amd64", expected "linux/arm64" for current build',
    );
  });

  it("leaves out what is skipped, and experimental rules unless they are asked for", () => {
    const report = (lint: Linter) => {
      lint.run(lintRules.StageNameCasing, [1], "A");
      lint.run(lintRules.InvalidDefinitionDescription, [1], "FROM", "a");
      lint.run(lintRules.MaintainerDeprecated, [1]);
      return rulesOf(lint);
    };
    expect(report(linter())).toEqual(["StageNameCasing", "MaintainerDeprecated"]);
    expect(report(linter("skip=StageNameCasing"))).toEqual(["MaintainerDeprecated"]);
    expect(report(linter("skip=all;experimental=all"))).toEqual(["InvalidDefinitionDescription"]);
    expect(report(linter("experimental=InvalidDefinitionDescription"))).toEqual([
      "StageNameCasing",
      "InvalidDefinitionDescription",
      "MaintainerDeprecated",
    ]);
  });
});

describe("the settings of a linter", () => {
  it("come from the directive, which an option replaces as a whole", () => {
    const directive = { value: "skip=all", lines: [1] };
    const fromDirective = linterFor({ filename: "Dockerfile", directive });
    const fromOption = linterFor({ filename: "Dockerfile", directive, option: defaultCheckConfig });
    if (fromDirective.kind === "invalid" || fromOption.kind === "invalid") throw new Error("refused");
    for (const { linter: lint } of [fromDirective, fromOption]) lint.run(lintRules.MaintainerDeprecated, [1]);
    expect(rulesOf(fromDirective.linter)).toEqual([]);
    expect(rulesOf(fromOption.linter)).toEqual(["MaintainerDeprecated"]);
  });

  it("are refused with the place of the directive, though BuildKit reports no line", () => {
    const result = linterFor({ filename: "My.Dockerfile", directive: { value: "error=perhaps", lines: [2] } });
    expect(result).toMatchObject({
      kind: "invalid",
      diagnostic: { rule: "check-setting", severity: "error", filename: "My.Dockerfile", lines: [] },
    });
    if (result.kind === "invalid") expect(result.diagnostic.ranges[0]?.start.line).toBe(2);
  });
});

describe("a check comment above an instruction", () => {
  it("covers that instruction, and reports into the same list", () => {
    const lint = linter();
    const quiet = lint.withConfigFromComments(["says something", "check=skip=MaintainerDeprecated"]);
    quiet.run(lintRules.MaintainerDeprecated, [2]);
    quiet.run(lintRules.StageNameCasing, [2], "A");
    lint.run(lintRules.MaintainerDeprecated, [3]);
    expect(lint.warnings.map((warning) => [warning.rule, ...warning.lines])).toEqual([
      ["StageNameCasing", 2],
      ["MaintainerDeprecated", 3],
    ]);
    expect(quiet.findings).toBe(lint.findings);
  });

  it("ends at the first space, and the first one counts", () => {
    const lint = linter();
    const skipped = (comments: string[]) => {
      const before = lint.warnings.length;
      lint.withConfigFromComments(comments).run(lintRules.MaintainerDeprecated, [1]);
      return lint.warnings.length === before;
    };
    expect(skipped(["Check = skip=MaintainerDeprecated because it is old"])).toBe(true);
    expect(skipped(["check=skip=Other", "check=skip=all"])).toBe(false);
    expect(skipped(["syntax=x", "check=skip=all"])).toBe(true);
    expect(skipped(["checks=skip=all"])).toBe(false);
    expect(skipped([])).toBe(false);
  });

  it("that is malformed changes nothing, and neither do those after it", () => {
    const lint = linter();
    expect(lint.withConfigFromComments(["check=nonsense", "check=skip=all"])).toBe(lint);
  });
});

describe("warnings as errors", () => {
  it("give one error without a place that names each rule once", () => {
    const lint = linter("error=true");
    expect(lint.error()).toBeUndefined();
    lint.run(lintRules.MaintainerDeprecated, [1]);
    lint.run(lintRules.StageNameCasing, [2], "A");
    lint.run(lintRules.MaintainerDeprecated, [3]);
    expect(lint.error()).toMatchObject({ severity: "error", lines: [] });
    expect(lint.error()?.message).toContain("MaintainerDeprecated, StageNameCasing;");
  });

  it("do not count what a comment skips", () => {
    const lint = linter("error=true");
    lint.withConfigFromComments(["check=skip=all"]).run(lintRules.MaintainerDeprecated, [1]);
    expect(lint.error()).toBeUndefined();
  });

  it("cannot be asked for by a comment", () => {
    const lint = linter();
    const loud = lint.withConfigFromComments(["check=error=true"]);
    loud.run(lintRules.MaintainerDeprecated, [1]);
    expect(loud.error()).toBeUndefined();
  });
});
