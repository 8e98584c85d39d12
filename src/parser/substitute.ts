import { toWellFormed } from "../utf8.ts";
import type { ExpandError } from "./expand-error.ts";
import { longestExpansion } from "./expand-options.ts";
import { findMatch, type Glob, literalOf, matchEnd, parseGlob } from "./glob.ts";

/** `${X#pattern}`: the value without the shortest (or longest, if greedy) match at its start. */
export function trimPrefix(value: string, pattern: string, greedy: boolean): string | ExpandError {
  const glob = parseGlob(pattern, greedy);
  if (typeof glob === "string") return badPattern(pattern, glob);
  const end = matchEnd(glob, value, 0);
  if (glob.work.left < 0) return tooMuchWork;
  return end < 0 ? value : value.slice(end);
}

/** `${X%pattern}`: the same at its end, found by looking at both backwards. */
export function trimSuffix(value: string, pattern: string, greedy: boolean): string | ExpandError {
  const trimmed = trimPrefix(reversed(value), reversedPattern(pattern), greedy);
  return typeof trimmed === "string" ? reversed(trimmed) : trimmed;
}

/**
 * `${X/pattern/replacement}` or, for all matches, `${X//pattern/replacement}`. Only in the latter does BuildKit read
 * the replacement as a template, in which `$0` is the match, `$$` a dollar, and any other `$name` nothing.
 */
export function replace(value: string, pattern: string, replacement: string, all: boolean): string | ExpandError {
  const glob = parseGlob(pattern, true);
  if (typeof glob === "string") return badPattern(pattern, glob);
  if (all) return replaceAll(value, glob, replacement);
  const match = findMatch(glob, value, 0);
  if (glob.work.left < 0) return tooMuchWork;
  return match === undefined ? value : value.slice(0, match.start) + replacement + value.slice(match.end);
}

function replaceAll(value: string, glob: Glob, replacement: string): string | ExpandError {
  const template = readTemplate(replacement);
  const literal = literalOf(glob);
  if (literal !== undefined) return replaceLiteral(value, literal, template);
  const parts: string[] = [];
  let copied = 0;
  let from = 0;
  let length = 0;
  while (from <= value.length) {
    const match = findMatch(glob, value, from);
    if (match === undefined) break;
    const { start, end } = match;
    parts.push(value.slice(copied, start));
    // An empty match right behind another match is passed over.
    if (end > copied || start === 0) {
      const matched = value.slice(start, end);
      for (const part of template) {
        const text = part === wholeMatch ? matched : part;
        parts.push(text);
        length += text.length;
      }
      if (length > longestExpansion) return tooLong;
    }
    copied = end;
    const next = from + ((value.codePointAt(from) ?? 0) > 0xffff ? 2 : 1);
    from = Math.max(next, end);
  }
  if (glob.work.left < 0) return tooMuchWork;
  parts.push(value.slice(copied));
  return parts.join("");
}

/** The same without a look at each match: a pattern without wildcards is the usual one. */
function replaceLiteral(value: string, literal: string, template: Template): string | ExpandError {
  const parts = value.split(literal);
  const length = template.reduce((sum, part) => sum + (part === wholeMatch ? literal.length : part.length), 0);
  if ((parts.length - 1) * length > longestExpansion) return tooLong;
  return parts.join(template.map((part) => (part === wholeMatch ? literal : part)).join(""));
}

type Template = readonly (string | typeof wholeMatch)[];

const tooLong: ExpandError = { error: "its replacements make the value too long" };
const tooMuchWork: ExpandError = {
  error: "the pattern of a substitution takes too long: a star does more than many ?",
};
const wholeMatch = Symbol("whole match");
const reference = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;

function readTemplate(text: string): Template {
  const parts: (string | typeof wholeMatch)[] = [];
  let copied = 0;
  for (const match of text.matchAll(reference)) {
    parts.push(text.slice(copied, match.index));
    copied = match.index + match[0].length;
    const name = match[1] ?? match[2];
    if (name === undefined) parts.push("$");
    else if (name === "0") parts.push(wholeMatch);
  }
  parts.push(text.slice(copied));
  return parts;
}

function reversed(text: string): string {
  return [...toWellFormed(text)].reverse().join("");
}

/** The pattern backwards, each backslash still in front of what it escapes. */
function reversedPattern(pattern: string): string {
  const pieces = toWellFormed(pattern).match(/\\.|./gsu) ?? [];
  return pieces.reverse().join("");
}

function badPattern(pattern: string, reason: string): ExpandError {
  return { error: `the pattern "${pattern}" of a substitution is not valid: ${reason}` };
}
