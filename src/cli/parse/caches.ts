import type { CacheEntry } from "../../solver/solve-options.ts";
import { UsageError } from "../usage-error.ts";
import { parseFields, parseKeyValues } from "./key-values.ts";

/**
 * The uses of `--cache-from` or `--cache-to`: `type=…,key=value`, or names of images alone, several with commas between
 * them.
 */
export function parseCaches(flag: string, uses: readonly string[]): readonly CacheEntry[] {
  return uses
    .filter((use) => use !== "")
    .flatMap((use) => (use.includes("=") ? [entryOf(flag, use)] : named(flag, use)));
}

function named(flag: string, use: string): readonly CacheEntry[] {
  return parseFields(flag, use).map((ref) => ({ type: "registry", attrs: { ref } }));
}

function entryOf(flag: string, use: string): CacheEntry {
  const attrs = new Map(parseKeyValues(flag, use));
  const type = attrs.get("type") ?? "";
  attrs.delete("type");
  if (type === "") throw new UsageError(`${flag} ${use}: a type is needed, such as type=registry or type=local.`);
  return { type, attrs: Object.fromEntries(attrs) };
}
