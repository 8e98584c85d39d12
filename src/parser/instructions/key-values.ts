import type { SyntaxNode } from "../ast.ts";
import { refuseFlags } from "../flag-values.ts";
import type { ArgDeclaration, ArgInstruction, EnvInstruction, KeyValue, LabelInstruction } from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { docComment, instructionOf, needsArguments } from "./base.ts";

export function parseEnv(node: SyntaxNode): EnvInstruction | Problem {
  const env = keyValues(node, "ENV");
  return "kind" in env ? env : instructionOf("env", node, { env });
}

export function parseLabel(node: SyntaxNode): LabelInstruction | Problem {
  const labels = keyValues(node, "LABEL");
  return "kind" in labels ? labels : instructionOf("label", node, { labels });
}

/** ARG does not look at flags. */
export function parseArg(node: SyntaxNode): ArgInstruction | Problem {
  if (node.args.length === 0) return needsArguments("ARG", "VERSION=1");
  const args: ArgDeclaration[] = [];
  for (const word of node.args) {
    const equals = word.indexOf("=");
    if (equals === 0) return blankName("ARG", word);
    const key = equals < 0 ? word : word.slice(0, equals);
    const value = equals < 0 ? undefined : word.slice(equals + 1);
    args.push({ key, value, docComment: docComment(node.comments, key) });
  }
  return instructionOf("arg", node, { args });
}

function keyValues({ flags, args }: SyntaxNode, keyword: string): readonly KeyValue[] | Problem {
  const refused = refuseFlags(flags, keyword);
  if (refused !== undefined) return refused;
  if (args.length === 0) return needsArguments(keyword, "NAME=value");
  const pairs: KeyValue[] = [];
  for (let index = 0; index < args.length; index += 3) {
    const key = args[index] ?? "";
    const value = args[index + 1] ?? "";
    if (key === "") return blankName(keyword, `=${value}`);
    pairs.push({ key, value, noDelim: args[index + 2] === "" });
  }
  return pairs;
}

function blankName(keyword: string, word: string): Problem {
  return problem("name-blank", `"${word}" in ${keyword} has no name before the "="`, word);
}
