import { isSpace, trimSpace } from "../trim-space.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";
import type { Heredoc, SyntaxNode } from "./ast.ts";
import { cutFlags } from "./flags.ts";
import { goLower } from "./go-case.ts";
import { readJsonForm } from "./json-form.ts";
import { keywords } from "./keywords.ts";
import { type Problem, problem } from "./problem.ts";
import { isSeparator, splitPlain, splitWords } from "./split-words.ts";

/** Cuts one joined line into keyword, flags and arguments; heredocs and the place of the line are not its business. */
export function readNode(line: string, escapeUnit: number): DraftNode | Problem {
  const heads: Head[] = [];
  let head = cutHead(line, escapeUnit);
  // A loop, since ONBUILD may be nested as often as the line is long.
  while (head.keyword === "onbuild" && head.rest !== "") {
    heads.push(head);
    head = cutHead(head.rest, escapeUnit);
  }
  const args = readArguments(head, escapeUnit);
  if ("kind" in args) return args;
  let node = nodeOf(head, args, undefined);
  for (let outer = heads.pop(); outer !== undefined; outer = heads.pop()) node = nodeOf(outer, noArguments, node);
  return node;
}

/** A node that still wants its place, comments and heredocs. */
export type DraftNode = { -readonly [Key in keyof SyntaxNode]: SyntaxNode[Key] };

/** What stands in front of the arguments of an instruction. */
interface Head {
  /** The keyword as written, and its lower case. */
  readonly value: string;
  readonly keyword: string;
  readonly original: string;
  readonly flags: readonly string[];
  /** The text of the arguments, trimmed. */
  readonly rest: string;
}

interface Arguments {
  readonly args: readonly string[];
  readonly json: boolean;
}

function nodeOf(head: Head, { args, json }: Arguments, trigger: SyntaxNode | undefined): DraftNode {
  const { value, original, flags } = head;
  return {
    value,
    keyword: head.keyword,
    original,
    start: 0,
    end: 0,
    flags,
    args,
    json,
    heredocs: noHeredocs,
    comments: noWords,
    trigger,
  };
}

/** The spellings worth a table: all upper and all lower case. */
const usualKeywords = new Map(
  keywords.flatMap((keyword) => [
    [keyword, keyword.toLowerCase()],
    [keyword.toLowerCase(), keyword.toLowerCase()],
  ]),
);

function cutHead(line: string, escapeUnit: number): Head {
  const trimmed = trimSpace(line);
  let end = 0;
  while (end < trimmed.length && !isSeparator(trimmed.charCodeAt(end))) end++;
  const value = trimmed.slice(0, end);
  const keyword = usualKeywords.get(value) ?? goLower(value);
  if (end === trimmed.length) return { value, keyword, original: line, flags: noWords, rest: "" };
  while (isSeparator(trimmed.charCodeAt(end))) end++;
  const { flags, rest } = cutFlags(trimmed.slice(end), escapeUnit);
  return { value, keyword, original: line, flags, rest: trimSpace(rest) };
}

const noWords: readonly string[] = [];
const noHeredocs: readonly Heredoc[] = [];
const noArguments: Arguments = { args: [], json: false };
const ignoredArguments: Arguments = { args: [""], json: false };

/** Cuts the arguments as the keyword's rule says; those of an unknown keyword do not matter. */
function readArguments({ keyword, rest }: Head, escapeUnit: number): Arguments | Problem {
  switch (keyword) {
    case "run":
    case "cmd":
    case "entrypoint":
    case "shell":
      return textOrJson(rest);
    case "copy":
    case "add":
    case "volume":
      return jsonForm(rest) ?? plainWords(rest);
    case "from":
    case "expose":
      return plainWords(rest);
    case "env":
    case "label":
      return pairs(rest, keyword.toUpperCase(), escapeUnit);
    case "arg":
      return { args: splitWords(rest, escapeUnit), json: false };
    case "healthcheck":
      return healthcheck(rest);
    case "maintainer":
    case "stopsignal":
    case "user":
    case "workdir":
      return text(rest);
    case "onbuild":
      return noArguments;
    default:
      return ignoredArguments;
  }
}

function text(rest: string): Arguments {
  return rest === "" ? noArguments : { args: [rest], json: false };
}

function plainWords(rest: string): Arguments {
  return rest === "" ? noArguments : { args: splitPlain(rest), json: false };
}

function textOrJson(rest: string): Arguments | Problem {
  return jsonForm(rest) ?? text(rest);
}

function jsonForm(rest: string): Arguments | Problem | undefined {
  const strings = readJsonForm(rest);
  if (strings === undefined) return undefined;
  if (strings !== "not-strings") return { args: strings, json: true };
  return problem("json-not-strings", 'a JSON list of arguments may hold strings only, such as ["a", "b"]', rest);
}

/**
 * ENV and LABEL: key, value and delimiter of each pair. If the first word has no `=`, it is the old form of one pair,
 * cut at the first white space, quotes notwithstanding.
 */
function pairs(rest: string, name: string, escapeUnit: number): Arguments | Problem {
  const words = splitWords(rest, escapeUnit);
  const [first] = words;
  if (first === undefined) return noArguments;
  if (!first.includes("=")) return oldPair(rest, name);
  const args: string[] = [];
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals < 0) {
      const hint = `write ${word}=<value>, or quote the value that it belongs to`;
      return problem(
        "key-value-missing-equals",
        `${name} expects name=value pairs, but "${word}" has no "="; ${hint}`,
        word,
      );
    }
    args.push(word.slice(0, equals), word.slice(equals + 1), "=");
  }
  return { args, json: false };
}

function oldPair(rest: string, name: string): Arguments | Problem {
  let end = 0;
  while (end < rest.length && !isSeparator(rest.charCodeAt(end))) end++;
  if (end === rest.length) {
    return problem("key-value-missing-value", `${name} ${rest} has no value; write ${name} ${rest}=<value>`, rest);
  }
  const key = rest.slice(0, end);
  while (isSeparator(rest.charCodeAt(end))) end++;
  return { args: [key, rest.slice(end), ""], json: false };
}

/** The type, then a command in either form. The type is cut off byte by byte. */
function healthcheck(rest: string): Arguments | Problem {
  const isAscii = !/[^\0-\x7f]/.test(rest);
  const bytes = isAscii ? rest : Buffer.from(encodeUtf8(rest)).toString("latin1");
  const decode = (part: string) => (isAscii ? part : decodeUtf8(Buffer.from(part, "latin1")));
  let end = 0;
  while (end < bytes.length && !isSpace(bytes.charCodeAt(end))) end++;
  if (end === 0) return noArguments;
  const type = decode(bytes.slice(0, end));
  while (isSpace(bytes.charCodeAt(end))) end++;
  const command = textOrJson(decode(bytes.slice(end)));
  return "kind" in command ? command : { args: [type, ...command.args], json: command.json };
}
