import { trimSpace } from "../../trim-space.ts";
import type { SyntaxNode } from "../ast.ts";
import type { InstructionBase, InstructionKind } from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { linesFrom } from "../source-lines.ts";

/**
 * An instruction: what each takes from its node, and the fields of its own. Assigned, not spread: to `{ ...base, path }`
 * V8 gives a hidden class for every single object, which costs a hundred times what the object does.
 */
export function instructionOf<Kind extends InstructionKind, Own extends object>(
  kind: Kind,
  node: SyntaxNode,
  own: Own,
): Base<Kind> & Own {
  const base: Base<Kind> = {
    kind,
    name: node.value,
    lines: linesFrom(node.start, node.end),
    comments: node.comments,
    code: trimSpace(node.original),
  };
  return Object.assign(base, own);
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
