import type { Instruction } from "dockerfile-ast";
import type { Diagnostic } from "../diagnostic.ts";
import type { Position, Range } from "../range.ts";

/** A diagnostic and the text in its lines that it is about. */
export interface PointedDiagnostic {
  readonly diagnostic: Diagnostic;
  /** As written, the likeliest first; none to leave the diagnostic as it is. */
  readonly tokens: readonly string[];
  /** Of several places of a token the last one is meant. */
  readonly last?: boolean;
}

/** Instructions longer than this, in UTF-16 units, keep their lines: reading one costs more than its length. */
const longestSlice = 20_000;

/**
 * The diagnostics with the ranges of their tokens for those of whole lines, wherever a token is found in the keyword, a
 * flag, an argument or a heredoc of the instruction; tokens in comments do not count. `sourceLines` are the lines of
 * the Dockerfile without byte order mark.
 *
 * The places come from dockerfile-ast, which is given one instruction at a time and is loaded on the first token: its
 * places within one instruction are right, unlike its values, and a place counts only where its text is the token.
 */
export async function withTokenRanges(
  sourceLines: readonly string[],
  escapeCharacter: string,
  pointed: readonly PointedDiagnostic[],
): Promise<readonly Diagnostic[]> {
  if (pointed.every(({ tokens }) => tokens.length === 0)) return pointed.map(({ diagnostic }) => diagnostic);
  const ast = await import("./dockerfile-ast.ts");
  // Several diagnostics of one instruction read it once.
  const partsByLines = new Map<string, readonly Part[]>();
  const partsOf = (first: number, last: number): readonly Part[] => {
    const key = `${first}-${last}`;
    const known = partsByLines.get(key);
    if (known !== undefined) return known;
    const slice = sourceLines.slice(first - 1, last);
    const size = slice.reduce((sum, line) => sum + line.length + 1, 0);
    const parts = size > longestSlice ? [] : guarded(() => partsOfInstruction(ast, slice, escapeCharacter));
    partsByLines.set(key, parts);
    return parts;
  };
  return pointed.map(({ diagnostic, tokens, last = false }) => {
    const first = diagnostic.ranges[0]?.start.line ?? 0;
    if (tokens.length === 0 || first < 1) return diagnostic;
    const range = findToken(partsOf(first, diagnostic.ranges.at(-1)?.end.line ?? first), tokens, last);
    return range === undefined ? diagnostic : { ...diagnostic, ranges: [shifted(range, first - 1)] };
  });
}

/**
 * The tokens that an error message names: texts in double quotes, flags, and in front a mount's `key=value` or the
 * variable of `${NAME:?message}`. An error names what is wrong as it is written, and that comes first.
 */
export function tokensOf(message: string): readonly string[] {
  const quoted = Array.from(message.matchAll(/"([^"]*)"/g), (match) => match[1] ?? "").filter((text) =>
    /\w/.test(text),
  );
  const flags = Array.from(message.matchAll(/(?<!\S)--[a-z]\S*/g), (match) => match[0]);
  const [assignment] = /^[a-z]+=[^\s:]+/.exec(message) ?? [];
  const variable = /^(\w+): /.exec(message)?.[1];
  return [...quoted, ...flags, assignment, variable && `\${${variable}`].filter((token) => token !== undefined);
}

/** Whatever the other parser makes of a text that ours read, a diagnostic is worth its line. */
function guarded(read: () => readonly Part[]): readonly Part[] {
  try {
    return read();
  } catch {
    return [];
  }
}

/** A keyword, a flag, an argument or a word of a heredoc: its text and where it begins, lines from 1 within the instruction. */
interface Part {
  readonly text: string;
  readonly start: Position;
}

type AstRange = ReturnType<Instruction["getInstructionRange"]>;

/** Empty where the slice is not exactly the one instruction that its first word says. */
function partsOfInstruction(
  { DockerfileParser, ModifiableInstruction }: typeof import("./dockerfile-ast.ts"),
  slice: readonly string[],
  escapeCharacter: string,
): readonly Part[] {
  const head = escapeCharacter === "\\" ? [] : [`# escape=${escapeCharacter}`];
  const [instruction, ...others] = DockerfileParser.parse([...head, ...slice].join("\n")).getInstructions();
  const keyword = /\S+/.exec(slice[0] ?? "")?.[0];
  if (instruction === undefined || others.length > 0 || instruction.getInstruction() !== keyword) return [];
  const flags = instruction instanceof ModifiableInstruction ? instruction.getFlags() : [];
  const places = [...flags, ...instruction.getArguments()].map((part) => part.getRange());
  return [instruction.getInstructionRange(), ...places].flatMap((range) => partAt(slice, range, head.length));
}

/** A part of one line; those that a continuation splits are left out, since no token spans lines. */
function partAt(slice: readonly string[], range: AstRange, headLines: number): readonly Part[] {
  const line = range.start.line - headLines;
  const text = slice[line];
  if (text === undefined || range.end.line !== range.start.line) return [];
  return [
    {
      text: text.slice(range.start.character, range.end.character),
      start: { line: line + 1, character: range.start.character },
    },
  ];
}

function findToken(parts: readonly Part[], tokens: readonly string[], last: boolean): Range | undefined {
  const ordered = last ? parts.toReversed() : parts;
  for (const matches of [isWhole, isWithin, isWithinAnyCase]) {
    for (const token of tokens) {
      for (const part of ordered) {
        const at = matches(part.text, token);
        if (at === undefined) continue;
        const from = part.start.character + at;
        const { line } = part.start;
        const to = from + lengthAt(part.text, at, token);
        return { start: { line, character: from }, end: { line, character: to } };
      }
    }
  }
  return undefined;
}

function isWhole(text: string, token: string): number | undefined {
  return text === token ? 0 : undefined;
}

/** Where `token` stands in `text` and is not part of a longer name. */
function isWithin(text: string, token: string): number | undefined {
  for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at + token.length);
    const startsInName = wordEnd.test(before) && wordStart.test(token);
    const endsInName = wordEnd.test(token) && wordStart.test(after);
    if (!startsInName && !endsInName) return at;
  }
  return undefined;
}

function isWithinAnyCase(text: string, token: string): number | undefined {
  const lower = text.toLowerCase();
  return lower.length === text.length ? isWithin(lower, token.toLowerCase()) : undefined;
}

const wordStart = /^\w/;
const wordEnd = /\w$/;

/** A variable in braces is pointed at with its braces, modifier included. */
function lengthAt(text: string, at: number, token: string): number {
  if (!token.startsWith("${")) return token.length;
  const close = text.indexOf("}", at);
  return close < 0 ? token.length : close + 1 - at;
}

function shifted({ start, end }: Range, lines: number): Range {
  return { start: { ...start, line: start.line + lines }, end: { ...end, line: end.line + lines } };
}
