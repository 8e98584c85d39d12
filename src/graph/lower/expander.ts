import { type ExpandError, type ExpandOptions, expandWord } from "../../parser/expand.ts";
import type { InstructionBase } from "../../parser/instruction.ts";
import { InvalidDockerfile } from "../invalid-dockerfile.ts";
import { reportUndefinedVariables } from "../lint/variable-checks.ts";
import type { LowerContext, StageState } from "./state.ts";

/**
 * Expands words of an instruction with the variables of the stage, reporting those that are not defined. The word
 * expander that it gives throws `InvalidDockerfile` for a word that cannot be expanded.
 */
export function wordExpander(
  context: Pick<LowerContext, "escape" | "budget" | "lint">,
  state: Pick<StageState, "env" | "buildArgs">,
  instruction: InstructionBase,
  options: ExpandOptions = { escape: context.escape, budget: context.budget },
): (word: string) => string {
  return (word) => {
    // Most words hold nothing to expand.
    if (!expandable.test(word)) return word;
    const expanded = expandWord(word, state.env, options);
    if (expanded.unmatched !== undefined && expanded.unmatched.size > 0) {
      reportUndefinedVariables(context.lint, instruction.lines, expanded.unmatched, state.buildArgs, state.env);
    }
    return orThrow(expanded).result;
  };
}

/** The value, or the error thrown as one about the Dockerfile. */
export function orThrow<T extends object>(result: T | ExpandError): T {
  if ("error" in result) throw new InvalidDockerfile("invalid-expansion", result.error);
  return result;
}

/** Besides what has a meaning: bytes that are not UTF-8 (surrogates) and a byte order mark do not survive the reading. */
const expandable = /[$"'\\`\ud800-\udfff\ufeff]/;
