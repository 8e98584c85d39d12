import { goJsonString } from "../go-json.ts";
import { toWellFormed } from "../utf8.ts";

/** A place as BuildKit's inspection calls give it: one range per line, from 1; numbers that are zero are left out. */
export interface InspectionLocation {
  readonly sourceIndex?: number;
  readonly ranges?: readonly InspectionRange[];
}

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
 */
export function indentedJson(data: unknown): string {
  const parts: string[] = [];
  writeJson(data, "\n", parts);
  return parts.join("");
}

/** `newline` is the line end with the indentation of the line that holds `data`. */
function writeJson(data: unknown, newline: string, parts: string[]): void {
  if (typeof data === "string") parts.push(goJsonString(data));
  else if (data === null || typeof data !== "object") parts.push(String(data));
  else if (Array.isArray(data)) {
    const items: readonly unknown[] = data;
    writeItems("[", "]", items, newline, parts, (item, inner) => writeJson(item, inner, parts));
  } else {
    const entries: readonly (readonly [string, unknown])[] = Object.entries(data);
    const fields = entries.filter(([, value]) => value !== undefined);
    writeItems("{", "}", fields, newline, parts, ([key, value], inner) => {
      parts.push(goJsonString(key), ": ");
      writeJson(value, inner, parts);
    });
  }
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
