import { isNestedTooDeep } from "../json-nesting.ts";
import { toWellFormed } from "../utf8.ts";

/**
 * The strings of a JSON list; undefined if the text is not valid JSON, which makes it the other form; "not-strings"
 * for valid JSON with any other element, which is an error. A lone surrogate escape becomes U+FFFD.
 */
export function readJsonForm(text: string): readonly string[] | "not-strings" | undefined {
  // The text comes trimmed of every white space.
  if (text.charCodeAt(0) !== openBracket) return undefined;
  const parsed = parseJson(toWellFormed(text));
  if (!Array.isArray(parsed)) return undefined;
  const strings: string[] = [];
  for (const element of parsed) {
    if (typeof element !== "string") return isReadableByGo(text, parsed) ? "not-strings" : undefined;
    strings.push(toWellFormed(element));
  }
  return strings;
}

const openBracket = 0x5b;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether Go reads it too: it refuses deep nesting, and numbers outside the range of a double. */
function isReadableByGo(text: string, parsed: readonly unknown[]): boolean {
  if (isNestedTooDeep(text)) return false;
  const pending: unknown[] = [parsed];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) return false;
    if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) pending.push(inner);
  }
  return true;
}
