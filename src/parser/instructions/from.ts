import { trimSpace } from "../../trim-space.ts";
import type { SyntaxNode } from "../ast.ts";
import { readFlags } from "../flag-values.ts";
import { goLower } from "../go-case.ts";
import type { Stage } from "../instruction.ts";
import { type Problem, problem } from "../problem.ts";
import { linesFrom } from "../source-lines.ts";
import { docComment } from "./base.ts";

/** The stage that a FROM opens, still without instructions. */
export function parseFrom(node: SyntaxNode): Omit<Stage, "commands"> | Problem {
  const [baseName, as, writtenName] = node.args;
  const hasName = node.args.length === 3 && as !== undefined && asKeyword.test(as);
  if (baseName === undefined || (node.args.length !== 1 && !hasName)) return badArguments(node.args);
  const name = writtenName === undefined ? "" : goLower(writtenName);
  if (hasName && !stageName.test(name)) {
    const message = `"${writtenName}" cannot name a stage: a name begins with a letter and goes on with letters, digits, "-", "_" and "."`;
    return problem("stage-name", message, writtenName);
  }
  const flags = readFlags(node.flags, fromFlags, "FROM");
  if ("kind" in flags) return flags;
  return {
    name,
    origCmd: node.value,
    baseName,
    platform: flags.text("platform"),
    docComment: docComment(node.comments, name),
    sourceCode: trimSpace(node.original),
    lines: linesFrom(node.start, node.end),
    comments: node.comments,
  };
}

const fromFlags = { texts: ["platform"] };
const stageName = /^[a-z][a-z0-9\-_.]*$/;
// Go folds the long s with the s.
const asKeyword = /^a[s\u017f]$/i;

function badArguments(args: readonly string[]): Problem {
  const [baseName, second] = args;
  if (baseName === undefined) return problem("argument-count", "FROM needs an image or a stage, such as FROM alpine");
  const token = args.length === 3 ? second : args[args.length - 1];
  return problem("from-arguments", `FROM is written FROM <image> or FROM <image> AS <name>`, token);
}
