import { isNestedTooDeep } from "../json-nesting.ts";
import { decodeUtf8, toWellFormed } from "../utf8.ts";

/** The members of a JSON object in their order; a name is there as often as it is written. */
export type JsonMembers = readonly (readonly [string, unknown])[];

/**
 * JSON as Go reads it, with what `JSON.parse` would lose: names that are written twice, and how numbers are written.
 * What is nested deeper than Go follows is refused.
 * Values are those of `JSON.parse`, but what its objects hold only `membersOf` and `numberOf` can tell.
 * @throws SyntaxError
 */
export function parseOrdered(bytes: Uint8Array): unknown {
  const text = toWellFormed(decodeUtf8(bytes));
  if (isNestedTooDeep(text)) throw new SyntaxError("nested too deep");
  const parts: string[] = [];
  let at = 0;
  for (let start = text.indexOf('"'); start >= 0; start = text.indexOf('"', at)) {
    parts.push(markNumbers(text.slice(at, start)));
    at = endOfString(text, start);
    parts.push(isName(text, at) ? `"${parts.length}:` : '"', text.slice(start + 1, at));
  }
  parts.push(markNumbers(text.slice(at)));
  return JSON.parse(parts.join(""));
}

/** The members of an object that `parseOrdered` read; undefined for any other value. */
export function membersOf(value: unknown): JsonMembers | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || numberMark in value) return undefined;
  return Object.entries(value).map(([name, inner]) => [name.slice(name.indexOf(":") + 1), inner]);
}

/** The text of a number that `parseOrdered` read; undefined for any other value. */
export function numberOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !(numberMark in value)) return undefined;
  return String(value[numberMark]);
}

// Names get a number of their own and a colon in front, so no name of the text is this one.
const numberMark = "#";
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/g;

/** What stands between two strings, with its numbers as objects that hold their text. */
function markNumbers(text: string): string {
  return text.replace(number, (digits) => `{"${numberMark}":"${digits}"}`);
}

/** The position behind the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; ; at++) {
    const end = text.indexOf('"', at);
    if (end < 0) return text.length;
    let escapes = 0;
    while (text[end - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return end + 1;
    at = end;
  }
}

/** Whether the string that ends before `at` is the name of a member. */
function isName(text: string, at: number): boolean {
  let next = at;
  while (next < text.length && " \t\r\n".includes(text.charAt(next))) next++;
  return text[next] === ":";
}
