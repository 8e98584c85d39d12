import { trimSpace } from "../../trim-space.ts";
import type { SyntaxNode } from "../ast.ts";
import type { InstructionBase } from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { linesFrom } from "../source-lines.ts";

/** What every instruction takes from its node. */
export function baseOf(node: SyntaxNode): InstructionBase {
  return {
    name: node.value,
    lines: linesFrom(node.start, node.end),
    comments: node.comments,
    code: trimSpace(node.original),
  };
}

export function needsOneArgument(keyword: string, example: string): Problem {
  return problem("argument-count", `${keyword} takes exactly one argument, such as ${keyword} ${example}`);
}

export function needsArguments(keyword: string, example: string): Problem {
  return problem("argument-count", `${keyword} needs an argument, such as ${keyword} ${example}`);
}

/** The description in the first comment of the form `<name> <description>`, or empty. */
export function docComment(comments: readonly string[], name: string): string {
  if (name === "") return "";
  const start = `${name} `;
  for (const comment of comments) if (comment.startsWith(start)) return comment.slice(start.length);
  return "";
}
