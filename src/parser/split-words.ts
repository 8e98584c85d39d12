import { isSpace } from "../trim-space.ts";
import { toWellFormed } from "../utf8.ts";

const doubleQuote = 0x22;
const singleQuote = 0x27;

/**
 * Cuts text into words at white space that is neither quoted nor escaped; quotes and escapes stay in the words. Used
 * for ARG, ENV and LABEL, whose words lose them in expansion. Bytes that are not UTF-8 become U+FFFD.
 */
export function splitWords(text: string, escapeUnit: number): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (isSpace(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const start = at;
    at = wordEnd(text, start, escapeUnit);
    if (at >= 0) {
      words.push(toWellFormed(text.slice(start, at)));
      continue;
    }
    // An escape with nothing to escape is dropped.
    if (start < text.length - 1) words.push(toWellFormed(text.slice(start, -1)));
    break;
  }
  return words;
}

/** Where the word that begins at `at` ends, or -1 if the text ends in an escape. */
function wordEnd(text: string, start: number, escapeUnit: number): number {
  let quote = 0;
  let at = start;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === escapeUnit && quote !== singleQuote) {
      at++;
      if (at === text.length) return -1;
    } else if (quote !== 0) {
      if (unit === quote) quote = 0;
    } else if (unit === doubleQuote || unit === singleQuote) quote = unit;
    else if (isSpace(unit)) break;
  }
  return at;
}

/** The white space that separates keyword and plain arguments: ASCII only, and no newline. */
export function isSeparator(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || (unit >= 0x0b && unit <= 0x0d);
}

/** Cuts trimmed text at every run of separators, quotes notwithstanding. */
export function splitPlain(text: string): string[] {
  const words: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (!isSeparator(text.charCodeAt(at))) continue;
    words.push(text.slice(start, at));
    while (isSeparator(text.charCodeAt(at + 1))) at++;
    start = at + 1;
  }
  words.push(text.slice(start));
  return words;
}
