import { invalidOption } from "./invalid-option.ts";

/** Where to look for cache: a type such as `registry` or `local`, and its attributes. */
export interface CacheImport {
  readonly type: string;
  readonly attrs: ReadonlyMap<string, string>;
}

/**
 * Where to look for cache, from the frontend options: `cache-imports`, a list in JSON, and the older `cache-from`, a
 * list of image references.
 * @throws InvalidDockerfile without a place, for a list that cannot be read.
 */
export function cacheImportsOf(options: ReadonlyMap<string, string>): readonly CacheImport[] {
  const listed = options.get("cache-imports") ?? "";
  const refs = options.get("cache-from") ?? "";
  return [
    ...(listed === "" ? [] : readList(listed)),
    ...(refs === "" ? [] : refs.split(",").map((ref) => ({ type: "registry", attrs: new Map([["ref", ref]]) }))),
  ];
}

function readList(text: string): readonly CacheImport[] {
  const list = parseJson(text);
  if (list === null) return [];
  if (!Array.isArray(list)) throw unreadable(text);
  const entries: readonly unknown[] = list;
  return entries.flatMap((entry) => (entry === null ? [] : [readEntry(entry, text)]));
}

function readEntry(entry: unknown, text: string): CacheImport {
  const fields = fieldsOf(entry, text);
  const type = fields.get("type") ?? "";
  const attrs = new Map<string, string>();
  for (const [name, value] of Object.entries(fields.get("attrs") ?? {})) {
    if (typeof value !== "string") throw unreadable(text);
    attrs.set(name, value);
  }
  if (typeof type !== "string") throw unreadable(text);
  return { type, attrs };
}

/** By lower-case name: Go does not mind the case of names in JSON. */
function fieldsOf(entry: unknown, text: string): ReadonlyMap<string, unknown> {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) throw unreadable(text);
  return new Map(Object.entries(entry).map(([name, value]): [string, unknown] => [name.toLowerCase(), value]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable(text);
  }
}

function unreadable(text: string): Error {
  return invalidOption(`the option cache-imports is not a list of caches in JSON: ${text.slice(0, 200)}`);
}
