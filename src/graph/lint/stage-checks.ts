import type { Stage } from "../../parser/instruction.ts";
import type { Linter } from "./linter.ts";
import { lintRules } from "./rules.ts";

const reservedStageNames: ReadonlySet<string> = new Set(["context", "scratch"]);

/** ReservedStageName and DuplicateStageName, in the order of the stages. */
export function checkStageNames(linter: Linter, stages: readonly Stage[]): void {
  const seen = new Set<string>();
  for (const { name, lines } of stages) {
    if (name === "") continue;
    if (reservedStageNames.has(name)) linter.run(lintRules.ReservedStageName, lines, name);
    if (seen.has(name)) linter.run(lintRules.DuplicateStageName, lines, name);
    seen.add(name);
  }
}

/**
 * ConsistentInstructionCasing: each keyword is held against the casing of the majority, upper case on a tie. Keywords
 * in mixed case have no vote; ARG before the first FROM is not looked at.
 */
export function checkInstructionCasing(linter: Linter, stages: readonly Stage[]): void {
  let lower = 0;
  let upper = 0;
  // Few keywords make up a Dockerfile: each spelling is looked at once.
  const casings = new Map<string, "lower" | "upper" | "mixed">();
  const count = (keyword: string) => {
    let casing = casings.get(keyword);
    if (casing === undefined) {
      casing = keyword === keyword.toLowerCase() ? "lower" : keyword === keyword.toUpperCase() ? "upper" : "mixed";
      casings.set(keyword, casing);
    }
    if (casing === "lower") lower++;
    else if (casing === "upper") upper++;
  };
  for (const stage of stages) {
    count(stage.origCmd);
    for (const instruction of stage.commands) count(instruction.name);
  }
  // Nothing to report, the usual case: all agree.
  const total = stages.reduce((sum, stage) => sum + 1 + stage.commands.length, 0);
  if (upper === total || lower === total) return;
  const majority = lower > upper ? "lowercase" : "uppercase";
  for (const stage of stages) {
    checkCasing(linter, majority, stage.origCmd, stage.lines);
    for (const { name, lines } of stage.commands) checkCasing(linter, majority, name, lines);
  }
}

function checkCasing(
  linter: Linter,
  majority: "lowercase" | "uppercase",
  keyword: string,
  lines: readonly number[],
): void {
  const expected = majority === "lowercase" ? keyword.toLowerCase() : keyword.toUpperCase();
  if (keyword !== expected) linter.run(lintRules.ConsistentInstructionCasing, lines, keyword, majority);
}

/**
 * InvalidDefaultArgInFrom: bases that are no image name when no build argument is given. `expand` expands a word with
 * the defaults of the global ARGs and gives undefined for one that cannot be expanded, which ends the check; `isImageName` tells
 * whether a text can name an image.
 */
export function checkDefaultBaseNames(
  linter: Linter,
  stages: readonly Stage[],
  expand: (word: string) => string | undefined,
  isImageName: (text: string) => boolean,
): void {
  for (const { baseName, lines } of stages) {
    const expanded = expand(baseName);
    if (expanded === undefined) return;
    if (!isImageName(expanded)) linter.run(lintRules.InvalidDefaultArgInFrom, lines, baseName);
  }
}
