import { UsageError } from "../usage-error.ts";

const units: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 };

/** A size as docker reads it, in bytes: `64m`, `1.5g`, `1024`, `64MiB`; units are powers of 1024. */
export function parseSize(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmgtp])?i?b?)?$/i.exec(text);
  const unit = units[(match?.[2] ?? "b").toLowerCase()];
  if (match === null || unit === undefined)
    throw new UsageError(`${flag} ${text}: a size such as 64m or 1g is needed.`);
  return Math.floor(Number(match[1]) * unit);
}
