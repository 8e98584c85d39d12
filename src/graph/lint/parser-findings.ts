import type { Finding } from "../../parser/dockerfile.ts";
import type { Linter } from "./linter.ts";
import { lintRules } from "./rules.ts";

/** Reports what parsing found, each finding under the `check=` comments that stand above its instruction. */
export function reportParserFindings(linter: Linter, findings: readonly Finding[]): void {
  for (const { rule, args, lines, comments } of findings) {
    const settings = comments === undefined ? linter : linter.withConfigFromComments(comments);
    const [first = "", second = ""] = args;
    switch (rule) {
      case "NoEmptyContinuation":
      case "MaintainerDeprecated":
        settings.run<[]>(lintRules[rule], lines);
        break;
      case "StageNameCasing":
        settings.run(lintRules.StageNameCasing, lines, first);
        break;
      case "FromAsCasing":
      case "InvalidDefinitionDescription":
        settings.run<[string, string]>(lintRules[rule], lines, first, second);
        break;
      default:
        unknownRule(rule);
    }
  }
}

function unknownRule(rule: never): never {
  throw new Error(`the parser reports a rule that the linter does not know: ${String(rule)}`);
}
