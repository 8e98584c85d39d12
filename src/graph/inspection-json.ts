import { Failure } from "../failure.ts";
import { goJsonString } from "../go-json.ts";
import { toWellFormed } from "../utf8.ts";

/** A place as BuildKit's inspection calls give it: one range per line, from 1; numbers that are zero are left out. */
export interface InspectionLocation {
  readonly sourceIndex?: number;
  readonly ranges?: readonly InspectionRange[];
}

/** Lines from 1, the last one included; a line that is 0 is left out, as Go's JSON does. */
export interface InspectionRange {
  readonly start: { readonly line?: number };
  readonly end: { readonly line?: number };
}

/** The location of whole lines; without `ranges` for none. */
export function inspectionLocation(lines: readonly number[]): InspectionLocation {
  if (lines.length === 0) return {};
  return { ranges: lines.map((line) => ({ start: position(line), end: position(line) })) };
}

function position(line: number): { readonly line?: number } {
  return line === 0 ? {} : { line };
}

/**
 * Plain data as JSON with two spaces of indentation, in the very text that Go's `json.MarshalIndent` makes of it. Fields
 * that are undefined are left out.
 * @throws Failure `definition-too-large` where no text can be so long.
 */
export function indentedJson(data: unknown): string {
  const text: JsonText = { parts: [], lists: new Map() };
  try {
    writeJson(data, "\n", text);
    return text.parts.join("");
  } catch (error) {
    // What V8 says of a text of more than half a gigabyte.
    if (!(error instanceof RangeError)) throw error;
    throw new Failure("definition-too-large", "The answer as JSON is longer than any text can be.", {
      remedy: "Ask for text, or break up the instruction of thousands of lines that has as many warnings.",
      cause: error,
    });
  }
}

interface JsonText {
  readonly parts: string[];
  /** Long lists that were written, since many warnings share one: with the line end that their text has. */
  readonly lists: Map<readonly unknown[], { readonly newline: string; readonly text: string }>;
}

/** `newline` is the line end with the indentation of the line that holds `data`. */
function writeJson(data: unknown, newline: string, text: JsonText): void {
  const { parts } = text;
  if (typeof data === "string") parts.push(goJsonString(data));
  else if (data === null || typeof data !== "object") parts.push(String(data));
  else if (Array.isArray(data)) writeList(data, newline, text);
  else {
    const entries: readonly (readonly [string, unknown])[] = Object.entries(data);
    const fields = entries.filter(([, value]) => value !== undefined);
    writeItems("{", "}", fields, newline, parts, ([key, value], inner) => {
      parts.push(goJsonString(key), ": ");
      writeJson(value, inner, text);
    });
  }
}

function writeList(items: readonly unknown[], newline: string, { parts, lists }: JsonText): void {
  const known = lists.get(items);
  if (known?.newline === newline) {
    parts.push(known.text);
    return;
  }
  const own: JsonText = { parts: items.length > 50 ? [] : parts, lists };
  writeItems("[", "]", items, newline, own.parts, (item, inner) => writeJson(item, inner, own));
  if (own.parts === parts) return;
  const text = own.parts.join("");
  lists.set(items, { newline, text });
  parts.push(text);
}

function writeItems<T>(
  open: string,
  close: string,
  items: readonly T[],
  newline: string,
  parts: string[],
  write: (item: T, inner: string) => void,
): void {
  const inner = `${newline}  `;
  parts.push(open);
  for (const [index, item] of items.entries()) {
    parts.push(index === 0 ? inner : `,${inner}`);
    write(item, inner);
  }
  parts.push(items.length === 0 ? close : newline + close);
}

/** A field for an object, left out when the text is empty. */
export function optionalText<K extends string>(key: K, text: string): Partial<Record<K, string>> {
  const fields: Partial<Record<K, string>> = {};
  if (text !== "") fields[key] = toWellFormed(text);
  return fields;
}
