import type { Metadata } from "@grpc/grpc-js";
import type { SelectionRequest } from "./selection.ts";

/** What a DiffCopy call asks for: it stands in the call's metadata. */
export interface SyncOptions extends SelectionRequest {
  /** The name of the local source: `context`, `dockerfile`, or that of a named context. */
  readonly dirName: string;
}

/** The lists of patterns and paths in the source ops of a build's definitions, as far as they are known. */
export type DeclaredLists = () => readonly (readonly string[])[];

/**
 * Reads the options of a call. A list has one header per item, and Node joins those with a comma and a space; so an
 * item in plain ASCII that itself contains ", " cannot be told from two. `declared` gives the lists in the source ops that
 * we made ourselves: where one of them, joined, is what came, it is taken.
 */
export function readSyncOptions(metadata: Metadata, declared: DeclaredLists = () => []): SyncOptions {
  return {
    dirName: readList(metadata, "dir-name", () => []).join(", "),
    includePatterns: readList(metadata, "include-patterns", declared),
    excludePatterns: readList(metadata, "exclude-patterns", declared),
    followPaths: readList(metadata, "followpaths", declared),
  };
}

function readList(metadata: Metadata, key: string, declared: DeclaredLists): readonly string[] {
  const values = metadata.get(key).map(String);
  if (values.length === 0) return values;
  // With this header, each item is escaped like a part of a URL's query, commas and spaces included.
  if (isTrue(metadata.get(`${key}-encoded`)[0])) return values.flatMap((value) => value.split(", ")).map(unescapeQuery);
  const joined = values.join(", ");
  if (!joined.includes(", ")) return [joined];
  return declared().find((list) => list.join(", ") === joined) ?? joined.split(", ");
}

/** What Go's `strconv.ParseBool` takes for true. */
function isTrue(value: string | Buffer | undefined): boolean {
  return value !== undefined && ["1", "t", "T", "true", "TRUE", "True"].includes(String(value));
}

/** Go's `url.QueryUnescape`; what it refuses is the empty text, as BuildKit reads it. */
function unescapeQuery(text: string): string {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return "";
  const bytes = text
    .replaceAll("+", " ")
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
