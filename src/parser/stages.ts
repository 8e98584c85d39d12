import { didYouMean } from "../suggest.ts";
import type { SyntaxNode } from "./ast.ts";
import type { Finding, ParseError, ParserRule } from "./dockerfile.ts";
import { goLower, goUpper } from "./go-case.ts";
import type { ArgInstruction, Instruction, Stage } from "./instruction.ts";
import { parseCmd, parseEntrypoint, parseRun, parseShell } from "./instructions/command-line.ts";
import { parseAdd, parseCopy } from "./instructions/copy.ts";
import { parseFrom } from "./instructions/from.ts";
import { parseHealthcheck } from "./instructions/healthcheck.ts";
import { parseArg, parseEnv, parseLabel } from "./instructions/key-values.ts";
import { parseOnbuild } from "./instructions/onbuild.ts";
import {
  parseExpose,
  parseMaintainer,
  parseStopsignal,
  parseUser,
  parseVolume,
  parseWorkdir,
} from "./instructions/single.ts";
import { keywords } from "./keywords.ts";
import { type Problem, problem } from "./problem.ts";
import { linesFrom } from "./source-lines.ts";

/** The stages of a Dockerfile with what was found on the way; goes on after an error. */
export interface Stages {
  readonly metaArgs: readonly ArgInstruction[];
  readonly stages: readonly Stage[];
  /** Those up to the first error. */
  readonly findings: readonly Finding[];
  readonly errors: readonly ParseError[];
}

export function readStages(nodes: readonly SyntaxNode[]): Stages {
  const metaArgs: ArgInstruction[] = [];
  const stages: Stage[] = [];
  const findings: Finding[] = [];
  const errors: ParseError[] = [];
  let commands: Instruction[] | undefined;
  let homeless = false;
  const note = (node: SyntaxNode, rule: ParserRule, ...args: readonly string[]) => {
    if (errors.length > 0) return;
    const comments = node.comments.length === 0 ? {} : { comments: node.comments };
    findings.push({ rule, args, lines: linesFrom(node.start, node.end), ...comments });
  };
  for (const node of nodes) {
    if (node.keyword === "from") {
      commands = [];
      noteFrom(node, note);
      const stage = parseFrom(node);
      if ("kind" in stage) {
        errors.push(errorOf(stage, node));
        continue;
      }
      if (stage.name !== "") noteDescription(node, "FROM", [stage.name], note);
      stages.push(Object.assign(stage, { commands }));
      continue;
    }
    if (node.keyword === "maintainer") note(node, "MaintainerDeprecated");
    const instruction = parseInstruction(node);
    if (instruction.kind === "problem") {
      errors.push(errorOf(instruction, node));
      continue;
    }
    if (instruction.kind === "arg") {
      noteDescription(
        node,
        "ARG",
        instruction.args.map((arg) => arg.key),
        note,
      );
    }
    if (commands !== undefined) commands.push(instruction);
    else if (instruction.kind === "arg") metaArgs.push(instruction);
    else if (!homeless) {
      homeless = true;
      errors.push(errorOf(beforeFrom(node), node));
    }
  }
  return { metaArgs, stages, findings, errors };
}

/** The typed form of any instruction but FROM. */
export function parseInstruction(node: SyntaxNode): Instruction | Problem {
  switch (node.keyword) {
    case "run":
      return parseRun(node);
    case "copy":
      return parseCopy(node);
    case "env":
      return parseEnv(node);
    case "arg":
      return parseArg(node);
    case "workdir":
      return parseWorkdir(node);
    case "label":
      return parseLabel(node);
    case "add":
      return parseAdd(node);
    case "cmd":
      return parseCmd(node);
    case "entrypoint":
      return parseEntrypoint(node);
    case "expose":
      return parseExpose(node);
    case "healthcheck":
      return parseHealthcheck(node);
    case "maintainer":
      return parseMaintainer(node);
    case "onbuild":
      return parseOnbuild(node);
    case "shell":
      return parseShell(node);
    case "stopsignal":
      return parseStopsignal(node);
    case "user":
      return parseUser(node);
    case "volume":
      return parseVolume(node);
    default:
      return unknownInstruction(node);
  }
}

type Note = (node: SyntaxNode, rule: ParserRule, ...args: readonly string[]) => void;

function noteFrom(node: SyntaxNode, note: Note): void {
  const [, as, name] = node.args;
  if (node.args.length === 3 && name !== undefined && name !== goLower(name)) note(node, "StageNameCasing", name);
  if (as === undefined || name === undefined) return;
  const isLower = node.value === goLower(node.value);
  const isUpper = node.value === goUpper(node.value);
  if (isLower ? as !== goLower(as) : isUpper && as !== goUpper(as)) note(node, "FromAsCasing", node.value, as);
}

/** The last comment above a definition describes it, if it begins with its name. */
function noteDescription(node: SyntaxNode, keyword: string, names: readonly string[], note: Note): void {
  const comment = node.comments.at(-1);
  const [name] = names;
  if (comment === undefined || name === undefined) return;
  const space = comment.indexOf(" ");
  if (names.includes(space < 0 ? comment : comment.slice(0, space))) return;
  note(node, "InvalidDefinitionDescription", keyword, names.length > 1 ? "<arg_key>" : name);
}

function errorOf({ rule, message, token }: Problem, node: SyntaxNode): ParseError {
  return {
    rule,
    message,
    lines: linesFrom(node.start, node.end),
    ...(token === undefined ? {} : { token }),
    stage: "instructions",
  };
}

function beforeFrom(node: SyntaxNode): Problem {
  return problem("no-stage", `${node.value} stands before any FROM; only ARG may`, node.value);
}

function unknownInstruction({ value }: SyntaxNode): Problem {
  const hint = didYouMean(value, keywords, { caseSensitive: false });
  return problem("unknown-instruction", `unknown instruction: ${value}${hint}`, value);
}
