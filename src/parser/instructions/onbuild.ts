import type { SyntaxNode } from "../ast.ts";
import { refuseFlags } from "../flag-values.ts";
import { goUpper } from "../go-case.ts";
import type { OnbuildInstruction } from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { instructionOf, needsArguments } from "./base.ts";

/** ONBUILD keeps its trigger as text, which is read again, and judged, in the stage that is built on top. */
export function parseOnbuild(node: SyntaxNode): OnbuildInstruction | Problem {
  const { trigger } = node;
  if (trigger === undefined) return needsArguments("ONBUILD", "RUN make");
  const refused = refuseFlags(node.flags, "ONBUILD");
  if (refused !== undefined) return refused;
  const keyword = goUpper(trigger.value);
  if (keyword === "ONBUILD" || keyword === "MAINTAINER" || keyword === "FROM") {
    return problem("trigger-forbidden", `ONBUILD cannot trigger ${keyword}`, trigger.value);
  }
  return instructionOf("onbuild", node, { expression: expressionOf(node) });
}

// White space is that of Go's regular expressions: without the vertical tab.
const keywordInFront = /^[\t\n\f\r ]*ONBUILD[\t\n\f\r ]*/i;

/** The text behind the keyword, heredocs written out again. */
function expressionOf({ original, heredocs }: SyntaxNode): string {
  const parts = [original.replace(keywordInFront, "")];
  for (const { content, name } of heredocs) parts.push("\n", content, name);
  return parts.join("");
}
