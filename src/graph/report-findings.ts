import type { Finding } from "../parser/dockerfile.ts";
import type { Linter } from "./lint/linter.ts";
import { lintRules } from "./lint/rules.ts";

/** Hands what the parser found to the linter, which knows what is to be reported. */
export function reportFindings(linter: Linter, findings: readonly Finding[]): void {
  for (const { rule, args, lines, comments } of findings) {
    const own = comments === undefined ? linter : linter.withConfigFromComments(comments);
    const [first = "", second = ""] = args;
    switch (rule) {
      case "NoEmptyContinuation":
        own.run(lintRules.NoEmptyContinuation, lines);
        break;
      case "MaintainerDeprecated":
        own.run(lintRules.MaintainerDeprecated, lines);
        break;
      case "StageNameCasing":
        own.run(lintRules.StageNameCasing, lines, first);
        break;
      case "FromAsCasing":
        own.run(lintRules.FromAsCasing, lines, first, second);
        break;
      case "InvalidDefinitionDescription":
        own.run(lintRules.InvalidDefinitionDescription, lines, first, second);
        break;
    }
  }
}
