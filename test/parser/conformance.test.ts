import { describe, expect, test } from "vitest";
import { envOf, envOfPairs } from "../../src/parser/env.ts";
import {
  expandInstruction,
  expandWord,
  expandWords,
  type Instruction,
  parseDockerfile,
} from "../../src/parser/index.ts";
import { loadExpansion, loadGroup } from "../conformance/load.ts";
import { astInTheirShape, commandInTheirShape, type Json, metaArgInTheirShape, withoutEmpty } from "./their-shape.ts";

interface ExpectedParse {
  readonly ok: boolean;
  readonly error?: { readonly lines: readonly number[] };
  readonly directives: Json;
  readonly detectedSyntax?: Json;
  readonly escape?: string;
  readonly ast?: Json;
  readonly parserWarnings?: readonly { readonly lines: readonly number[] }[];
  readonly warnings?: readonly { readonly rule: string; readonly lines: readonly number[] }[];
  readonly metaArgs?: Json;
  readonly stages?: readonly { readonly commands?: readonly { readonly expandError?: string }[] }[];
}

describe("a Dockerfile reads as BuildKit reads it", () => {
  test.each(loadGroup<ExpectedParse>("parse"))("$name: $about", ({ dockerfile, expected }) => {
    const parsed = parseDockerfile(dockerfile);
    expect(parsed.errors[0]?.lines).toEqual(expected.error?.lines);
    expect(parsed.directives).toEqual(expected.directives);
    expect(parsed.detectedSyntax).toEqual(expected.detectedSyntax);
    if (!expected.ok) return;
    expect(parsed.escape).toBe(expected.escape);
    expect(astInTheirShape(parsed.ast)).toEqual(withoutEmpty(expected.ast ?? null));
    const lines = (rule: string) => parsed.findings.filter((f) => f.rule === rule).map((f) => f.lines);
    expect(lines("NoEmptyContinuation")).toEqual(expected.parserWarnings?.map((warning) => warning.lines));
    const experimental = new Set(["NoEmptyContinuation", "InvalidDefinitionDescription"]);
    const warnings = parsed.findings.filter((finding) => !experimental.has(finding.rule));
    expect(warnings.map(({ rule, lines }) => ({ rule, lines }))).toEqual(
      expected.warnings?.map(({ rule, lines }) => ({ rule, lines })),
    );
    expect(withoutEmpty(parsed.metaArgs.map(metaArgInTheirShape))).toEqual(withoutEmpty(expected.metaArgs ?? []));
    const expectedStages = (expected.stages ?? []).map(({ commands, ...stage }) => ({
      ...stage,
      commands: (commands ?? []).map(({ expandError, ...command }) => ({
        ...command,
        expandError: expandError !== undefined,
      })),
    }));
    const stages = parsed.stages.map(({ commands, ...stage }) => ({
      ...stage,
      commands: commands.map((command) => commandInTheirShape(command, expanded(command))),
    }));
    expect(withoutEmpty(stages)).toEqual(withoutEmpty(expectedStages));
  });
});

describe("a word expands as BuildKit expands it", () => {
  const { environments, cases } = loadExpansion();
  test.each(cases.map((row, index) => ({ ...row, index })))("$index: $word", (row) => {
    const variables = environments[row.env] ?? [];
    const env = isPairs(variables) ? envOfPairs(variables) : envOf(new Map(Object.entries(variables)));
    const modes = new Set(row.mode ?? []);
    const options = {
      escape: row.escape === "`" ? ("`" as const) : ("\\" as const),
      rawQuotes: modes.has("rawQuotes"),
      rawEscapes: modes.has("rawEscapes"),
      skipProcessQuotes: modes.has("skipProcessQuotes"),
      skipUnsetEnv: modes.has("skipUnsetEnv"),
    };
    const words = expandWords(row.word, env, options);
    if (row.error || row.wordsError) expect(words).toHaveProperty("error");
    else expect(words).toEqual(row.words);
    const whole = expandWord(row.word, env, options);
    if (row.error || "error" in whole) {
      expect(whole).toHaveProperty("error");
      expect(row).toHaveProperty("error");
      return;
    }
    expect(whole.result).toBe(row.result);
    expect([...whole.matched].sort()).toEqual(row.matched);
    expect([...whole.unmatched].sort()).toEqual(row.unmatched);
  });
});

function isPairs(value: Readonly<Record<string, string>> | readonly string[]): value is readonly string[] {
  return Array.isArray(value);
}

/** With every variable standing for itself, as in the expected mounts. */
function expanded(command: Instruction): Instruction | undefined {
  const result = expandInstruction(command, (word) => word);
  return "error" in result ? undefined : result;
}
