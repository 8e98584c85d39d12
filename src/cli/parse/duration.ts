import { UsageError } from "../usage-error.ts";

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration as Go's programs read it, in milliseconds: `24h`, `1h30m`, `90s`; days (`7d`) as well. */
export function parseDuration(flag: string, text: string): number {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/.test(text)) {
    throw new UsageError(`${flag} ${text}: a duration such as 24h or 90m is needed.`);
  }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  return parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (units[unit] ?? 0), 0);
}
