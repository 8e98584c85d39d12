import { toWellFormed } from "../utf8.ts";
import type { Env } from "./env.ts";
import type { ExpandError } from "./expand-error.ts";
import type { ExpandOptions } from "./expand-options.ts";
import { Expansion } from "./expansion.ts";

export type { ExpandError } from "./expand-error.ts";
export type { ExpandOptions, TextBudget } from "./expand-options.ts";

/** An expanded word with the names of the variables that were set and that were not, in the order of first use. */
export interface ExpandedWord {
  readonly result: string;
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
}

/**
 * Expands the variables of one word and removes its quotes and escapes, as BuildKit's shell lexer does. Time and
 * memory are linear in the word and the values it takes; nesting may be as deep as the word is long.
 */
export function expandWord(word: string, env: Env, options: ExpandOptions = {}): ExpandedWord | ExpandError {
  if (isPlain(word)) return { result: word, matched: noNames, unmatched: noNames };
  const expansion = new Expansion(readable(word), env, options, false);
  const result = expansion.run();
  const { unmatched } = expansion;
  if (typeof result !== "string") return unmatched === undefined ? result : { ...result, unmatched };
  return { result, matched: expansion.matched ?? noNames, unmatched: unmatched ?? noNames };
}

/** As `expandWord`, then split at white space that was neither quoted nor escaped. Empty words do not exist. */
export function expandWords(word: string, env: Env, options: ExpandOptions = {}): readonly string[] | ExpandError {
  const expansion = new Expansion(readable(word), env, options, true);
  const result = expansion.run();
  return typeof result === "string" ? expansion.words : result;
}

const noNames: ReadonlySet<string> = new Set();

/** Whether nothing in the word is special under any options: most words are expanded by this test alone. */
function isPlain(word: string): boolean {
  for (let at = 0; at < word.length; at++) {
    const unit = word.charCodeAt(at);
    if (unit === 0x24 || unit === 0x27 || unit === 0x22 || unit === 0x5c || unit === 0x60 || unit >= 0x80) return false;
  }
  return true;
}

/** The word as Go's scanner reads it: without a byte order mark in front, invalid bytes as U+FFFD. */
function readable(word: string): string {
  return toWellFormed(word.charCodeAt(0) === 0xfeff ? word.slice(1) : word);
}
