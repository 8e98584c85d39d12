import { trimSpace } from "../../trim-space.ts";
import type { SyntaxNode } from "../ast.ts";
import type { InstructionBase, InstructionKind } from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { linesFrom } from "../source-lines.ts";

/** What every instruction takes from its node, behind its kind. */
export function baseOf<Kind extends InstructionKind>(kind: Kind, node: SyntaxNode): Base<Kind> {
  return {
    kind,
    name: node.value,
    lines: linesFrom(node.start, node.end),
    comments: node.comments,
    code: trimSpace(node.original),
  };
}

interface Base<Kind> extends InstructionBase {
  readonly kind: Kind;
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
