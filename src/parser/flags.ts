import { isSpace } from "../trim-space.ts";
import { decodeUtf8, encodeUtf8 } from "../utf8.ts";

/** The flags in front of an instruction's arguments, without quotes and escapes, and the text behind them. */
export interface CutFlags {
  readonly flags: readonly string[];
  readonly rest: string;
}

const none: readonly string[] = [];

/**
 * Takes the words that start with `--` from the front of the text. They are read byte by byte: characters outside
 * ASCII come out as Latin-1, and the bytes 0x85 and 0xA0 are white space even inside a character. `--` alone ends the
 * flags and is dropped.
 */
export function cutFlags(text: string, escapeUnit: number): CutFlags {
  const start = skipSpace(text, 0, false);
  if (text.charCodeAt(start) !== dash || text.charCodeAt(start + 1) !== dash) {
    return { flags: none, rest: start === 0 ? text : text.slice(start) };
  }
  const scan = scanFlags(text, escapeUnit, false);
  if (!scan.beyondAscii) return { flags: scan.flags, rest: text.slice(scan.end) };
  return cutByteFlags(text, escapeUnit);
}

/**
 * The same over bytes, as a string with one unit per byte. Only a front piece is converted, larger and larger until
 * the flags end inside it, so that many small flags before a long rest stay linear.
 */
function cutByteFlags(text: string, escapeUnit: number): CutFlags {
  for (let size = 256; ; size *= 4) {
    const cut = isHighSurrogate(text.charCodeAt(size - 1)) ? size + 1 : size;
    const bytes = Buffer.from(encodeUtf8(text.slice(0, cut))).toString("latin1");
    const scan = scanFlags(bytes, escapeUnit, true);
    // The scan looks one byte ahead.
    if (cut < text.length && scan.end >= bytes.length - 1) continue;
    return { flags: scan.flags, rest: fromByte(text, scan.end) };
  }
}

/** The text from a byte on, which may lie inside a character. A slice where it does not, since a copy costs. */
function fromByte(text: string, end: number): string {
  let bytes = 0;
  let at = 0;
  while (bytes < end) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const encoded = encodeUtf8(character);
    bytes += encoded.length;
    at += character.length;
    if (bytes > end) return decodeUtf8(encoded.subarray(encoded.length - (bytes - end))) + text.slice(at);
  }
  return text.slice(at);
}

const dash = 0x2d;
const doubleQuote = 0x22;
const singleQuote = 0x27;

function scanFlags(
  text: string,
  escapeUnit: number,
  bytes: boolean,
): { flags: string[]; end: number; beyondAscii: boolean } {
  const flags: string[] = [];
  let at = 0;
  let beyondAscii = false;
  for (;;) {
    at = skipSpace(text, at, bytes);
    if (at >= text.length || text.charCodeAt(at) !== dash || text.charCodeAt(at + 1) !== dash) break;
    let word = "";
    let from = at;
    let quote = 0;
    for (; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit >= 0x80) beyondAscii = true;
      if (quote === 0 && isByteSpace(unit, bytes)) break;
      if (unit === escapeUnit) {
        word += text.slice(from, at);
        // The next byte loses its meaning; at the end of the text there is none, and the escape is dropped.
        from = at + 1;
        at++;
        if (text.charCodeAt(at) >= 0x80) beyondAscii = true;
      } else if (quote === 0 ? unit === doubleQuote || unit === singleQuote : unit === quote) {
        word += text.slice(from, at);
        from = at + 1;
        quote = quote === 0 ? unit : 0;
      }
    }
    if (at > text.length) at = text.length;
    word += text.slice(from, at);
    if (word === "--") break;
    flags.push(word);
  }
  return { flags, end: at, beyondAscii };
}

function skipSpace(text: string, from: number, bytes: boolean): number {
  let at = from;
  while (isByteSpace(text.charCodeAt(at), bytes)) at++;
  return at;
}

/** A byte that Go's `unicode.IsSpace` takes; in text, a byte outside ASCII is one only where it stands alone. */
function isByteSpace(unit: number, bytes: boolean): boolean {
  if (unit < 0x80) return isSpace(unit);
  return bytes ? unit === 0x85 || unit === 0xa0 : unit === 0xdc85 || unit === 0xdca0;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
