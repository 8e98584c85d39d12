import { isSpace, trimSpace } from "../trim-space.ts";
import { toWellFormed } from "../utf8.ts";
import type { Directive, Directives } from "./dockerfile.ts";
import { LineReader } from "./lines.ts";

export type DirectiveName = "syntax" | "escape" | "check";

/** The name and the whole right-hand side of a directive line, or undefined: anything else ends the directives. */
export function matchDirective(line: string, prefix: string): { name: DirectiveName; text: string } | undefined {
  if (!line.startsWith(prefix)) return undefined;
  let at = prefix.length;
  while (isSpace(line.charCodeAt(at))) at++;
  const nameStart = at;
  while (isAlphanumeric(line.charCodeAt(at))) at++;
  const name = line.slice(nameStart, at).toLowerCase();
  // Names with a digit in front or unknown ones are no directives, so that matching the three of them is enough.
  if (name !== "syntax" && name !== "escape" && name !== "check") return undefined;
  while (isBlank(line.charCodeAt(at))) at++;
  if (line[at] !== "=" || at + 1 === line.length) return undefined;
  let start = at + 1;
  let end = line.length;
  // A value of nothing but blanks is its last blank: there must be one character.
  while (start < end - 1 && isBlank(line.charCodeAt(start))) start++;
  while (end > start + 1 && isBlank(line.charCodeAt(end - 1))) end--;
  return { name, text: line.slice(start, end) };
}

/** The directives as the frontend looks them up: after a `#!` line, and without minding what follows a duplicate. */
export function findDirectives(text: string): Directives {
  return collectDirectives(text, "#");
}

/** The syntax line by the looser search: `#` comments, then `//` comments, then a JSON object with `syntax`. */
export function detectSyntax(text: string, directives: Directives): Directive | undefined {
  return directives.syntax ?? collectDirectives(text, "//").syntax ?? syntaxOfJson(text);
}

function collectDirectives(text: string, prefix: string): Directives {
  const found: { -readonly [Name in DirectiveName]?: Directive } = {};
  const lines = new LineReader(text);
  let first = true;
  while (lines.advance()) {
    const line = text.slice(lines.start, endWithoutReturn(lines));
    if (first && line.startsWith("#!")) {
      first = false;
      continue;
    }
    first = false;
    const match = matchDirective(line, prefix);
    if (match === undefined || found[match.name] !== undefined) break;
    found[match.name] = directive(match.text, lines.count);
  }
  return found;
}

function endWithoutReturn(lines: LineReader): number {
  const { text, start, end } = lines;
  return end > start && text[end - 1] === "\r" ? end - 1 : end;
}

function syntaxOfJson(text: string): Directive | undefined {
  const newline = text.indexOf("\n");
  const start = text.startsWith("\ufeff") ? 1 : 0;
  const shebang = text.startsWith("#!", start);
  const body = shebang ? text.slice(newline < 0 ? text.length : newline + 1) : text.slice(start);
  // Only then can it be an object; other Dockerfiles are not worth a JSON reader.
  if (!trimSpace(body.slice(0, 1024)).startsWith("{")) return undefined;
  try {
    const parsed: unknown = JSON.parse(toWellFormed(body));
    if (typeof parsed !== "object" || parsed === null || !("syntax" in parsed)) return undefined;
    if (!Object.hasOwn(parsed, "syntax") || typeof parsed.syntax !== "string") return undefined;
    return { value: parsed.syntax, text: parsed.syntax, lines: [shebang ? 1 : 0] };
  } catch {
    return undefined;
  }
}

function directive(text: string, line: number): Directive {
  const space = text.indexOf(" ");
  return { value: space < 0 ? text : text.slice(0, space), text, lines: [line] };
}

function isAlphanumeric(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a);
}

/** White space as Go's regular expressions know it: without the vertical tab. */
function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0c || unit === 0x0d;
}
