import { isPrintable } from "./go-printable.ts";

/**
 * Text in double quotes as Go's `%q` writes it: what BuildKit's messages and history lines show. Characters that Go
 * calls unprintable (every space but U+0020 among them) come out as escapes, and so do bytes that are not UTF-8.
 */
export function goQuote(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  let quoted = '"';
  for (const character of text) quoted += escaped(character);
  return `${quoted}"`;
}

const plain = /^[ !#-[\]-~]*$/;
const shortEscapes = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\x07", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
]);

function escaped(character: string): string {
  const short = shortEscapes.get(character);
  if (short !== undefined) return short;
  const code = character.codePointAt(0) ?? 0;
  if (isPrintable(code)) return character;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  // What stands for a byte of invalid UTF-8.
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code - 0xdc00, 2)}`;
  // Any other lone surrogate has no UTF-8 form: Go would hold U+FFFD in its place, which it prints as it is.
  if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
