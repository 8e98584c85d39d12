import { didYouMean } from "../../suggest.ts";
import { UsageError } from "../usage-error.ts";
import { parseDuration } from "./duration.ts";

/** What the uses of `--filter` say together. */
export interface CacheFilters {
  /** In the worker's words; none where nothing is filtered by them. */
  readonly filters: readonly string[];
  /** Milliseconds. */
  readonly keepDuration?: number;
}

const fields = ["id", "parents", "description", "type"];
const flags = ["inuse", "mutable", "immutable", "shared", "private"];
const opposites = new Map([
  ["mutable", "immutable"],
  ["immutable", "mutable"],
  ["shared", "private"],
  ["private", "shared"],
]);

/**
 * Reads `--filter` as docker buildx does: `type=regular`, `id=PREFIX`, `description~=word`, `type!=internal`; flags
 * such as `mutable` alone, or with true or false; `until=24h` (or `unused-for`). A record has to meet all of them.
 */
export function parseCacheFilters(texts: readonly string[]): CacheFilters {
  const parts: string[] = [];
  let keepDuration: number | undefined;
  for (const text of texts) {
    const [, key = "", operator, value = ""] = /^([^=!~]*)(?:([!~=]?=)(.*))?$/s.exec(text.trim()) ?? [];
    const name = key.trim().toLowerCase();
    if (name === "until" || name === "unused-for") {
      if (keepDuration !== undefined) throw new UsageError(`--filter ${text}: there is another until already.`);
      keepDuration = parseDuration("--filter until", value.trim());
    } else if (flags.includes(name)) parts.push(flagFilter(name, operator, value, text));
    else if (fields.includes(name)) parts.push(fieldFilter(name, operator, value, text));
    else throw unknown(name, text);
  }
  return {
    filters: parts.length === 0 ? [] : [parts.join(",")],
    ...(keepDuration === undefined ? {} : { keepDuration }),
  };
}

function flagFilter(name: string, operator: string | undefined, value: string, text: string): string {
  const wanted = value.trim().toLowerCase();
  if (operator === undefined || wanted === "true" || wanted === "") return name;
  const opposite = opposites.get(name);
  if (wanted === "false" && opposite !== undefined) return opposite;
  throw new UsageError(
    `--filter ${text}: say ${name}${opposite === undefined ? "" : ` or ${opposite}`}, without a value.`,
  );
}

/** An id is long: some of it is enough, as docker has it. */
function fieldFilter(name: string, operator: string | undefined, value: string, text: string): string {
  if (operator === undefined || value.trim() === "") throw new UsageError(`--filter ${text}: say ${name}=VALUE.`);
  const wire = operator === "=" || operator === "==" ? (name === "id" ? "~=" : "==") : operator;
  return `${name}${wire}${quoted(value.trim())}`;
}

function quoted(value: string): string {
  return /^[\w./:-]+$/.test(value) ? value : JSON.stringify(value);
}

function unknown(name: string, text: string): UsageError {
  const known = [...fields, ...flags, "until"];
  return new UsageError(
    `--filter ${text}: nothing is called ${name}${didYouMean(name, known)}; there are ${known.join(", ")}.`,
  );
}
