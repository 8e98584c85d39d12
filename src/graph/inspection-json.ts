import { goJsonString } from "../go-json.ts";

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

/** Data that JSON holds; absent fields are left out of objects. */
export type JsonData = string | number | boolean | null | readonly JsonData[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonData | undefined;
}

/** JSON with two spaces of indentation, in the very text that Go's `json.MarshalIndent` makes of the same data. */
export function indentedJson(data: JsonData): string {
  const parts: string[] = [];
  writeJson(data, "\n", parts);
  return parts.join("");
}

/** `newline` is the line end with the indentation of the line that holds `data`. */
function writeJson(data: JsonData, newline: string, parts: string[]): void {
  if (typeof data === "string") parts.push(goJsonString(data));
  else if (data === null || typeof data !== "object") parts.push(String(data));
  else if (isList(data)) {
    writeItems("[", "]", data, newline, parts, (item, inner) => writeJson(item, inner, parts));
  } else {
    const fields = Object.entries(data).filter(([, value]) => value !== undefined);
    writeItems("{", "}", fields, newline, parts, ([key, value], inner) => {
      parts.push(goJsonString(key), ": ");
      writeJson(value ?? null, inner, parts);
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

function isList(data: readonly JsonData[] | JsonObject): data is readonly JsonData[] {
  return Array.isArray(data);
}

/** The text with U+FFFD for each byte that was not UTF-8, which stands in a text as a lone surrogate. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/** A field for an object, left out when the text is empty. */
export function optionalText<K extends string>(key: K, text: string): Partial<Record<K, string>> {
  const fields: Partial<Record<K, string>> = {};
  if (text !== "") fields[key] = wellFormed(text);
  return fields;
}
