import { decodeUtf8 } from "../utf8.ts";
import { detectSyntax, findDirectives } from "./directives.ts";
import type { Finding, ParsedDockerfile, ParsedTrigger, ParseError } from "./dockerfile.ts";
import { parseInstruction, readStages } from "./stages.ts";
import { readSyntax } from "./syntax.ts";

/**
 * Reads a Dockerfile, whole, as BuildKit does; time and memory are linear in its size. Never throws: what is wrong is
 * in `errors`. Bytes that are not UTF-8 are kept as lone surrogates wherever BuildKit keeps them as they are, see
 * `src/utf8.ts`.
 */
export function parseDockerfile(source: Uint8Array): ParsedDockerfile {
  const text = decodeUtf8(source);
  const directives = findDirectives(text);
  const detectedSyntax = detectSyntax(text, directives);
  const syntax = readSyntax(text);
  const { metaArgs, stages, findings, errors } = readStages(syntax.nodes);
  return {
    directives,
    escape: syntax.escape,
    ...(detectedSyntax === undefined ? {} : { detectedSyntax }),
    metaArgs,
    stages,
    // An error of the line rules comes before the linter sees anything.
    findings: syntax.errors.length > 0 ? [] : [...syntax.emptyContinuations.map(emptyContinuation), ...findings],
    errors: inOrder([...syntax.errors, ...errors]),
    ast: syntax.nodes,
  };
}

/**
 * Reads the text of an ONBUILD as BuildKit does: a Dockerfile of one instruction, which has a backslash for escape
 * whatever the Dockerfile around it has. `lines` are those that the instruction, or the error, gets: the lines of the
 * FROM that runs it.
 */
export function parseTrigger(expression: string, lines: readonly number[]): ParsedTrigger {
  const { nodes, errors } = readSyntax(expression);
  const [error] = errors;
  if (error !== undefined) return { ok: false, error: { ...error, lines } };
  const [node] = nodes;
  if (node === undefined || nodes.length > 1) {
    return refused("trigger-count", "an ONBUILD trigger is exactly one instruction", lines);
  }
  if (node.keyword === "from") return refused("trigger-forbidden", "ONBUILD cannot trigger FROM", lines);
  const instruction = parseInstruction(node);
  if (instruction.kind === "problem") return refused(instruction.rule, instruction.message, lines);
  return { ok: true, instruction: { ...instruction, lines } };
}

function refused(rule: string, message: string, lines: readonly number[]): ParsedTrigger {
  return { ok: false, error: { rule, message, lines, stage: "instructions" } };
}

function emptyContinuation(line: number): Finding {
  return { rule: "NoEmptyContinuation", args: [], lines: [line] };
}

/** BuildKit's own error, which is the first, stays in front; the rest goes by line. */
function inOrder(errors: readonly ParseError[]): readonly ParseError[] {
  const [first, ...rest] = errors;
  return first === undefined ? errors : [first, ...rest.sort((a, b) => lineOf(a) - lineOf(b))];
}

function lineOf({ at, lines }: ParseError): number {
  return at?.[0] ?? lines[0] ?? 0;
}
