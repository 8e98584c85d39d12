import { formatPlatformFully, normalizePlatform, type Platform } from "../../platform.ts";
import type { Linter } from "./linter.ts";
import { lintRules } from "./rules.ts";

/** The outcome of expanding the platform flag of a FROM: the text and the variables that took part. */
export interface ExpandedPlatform {
  readonly result: string;
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
}

/**
 * RedundantTargetPlatform: `--platform=$TARGETPLATFORM` and nothing else. `flag` is the value as written,
 * `targetPlatform` the value of that variable.
 */
export function reportRedundantTargetPlatform(
  linter: Linter,
  lines: readonly number[],
  flag: string,
  expanded: ExpandedPlatform,
  targetPlatform: string | undefined,
): void {
  const { matched, unmatched, result } = expanded;
  if (matched.size !== 1 || unmatched.size !== 0 || !matched.has("TARGETPLATFORM")) return;
  if (result === targetPlatform) linter.run(lintRules.RedundantTargetPlatform, lines, flag);
}

/**
 * FromPlatformFlagConstDisallowed: a platform flag without a variable, unless the stage name speaks of the platform.
 * `platform` is the parsed value, undefined when it is malformed, which is an error elsewhere.
 */
export function reportConstantPlatform(
  linter: Linter,
  lines: readonly number[],
  stageName: string,
  expanded: ExpandedPlatform,
  platform: Platform | undefined,
): void {
  if (expanded.matched.size > 0 || expanded.unmatched.size > 0 || platform === undefined) return;
  if (stageName.includes(platform.os) || stageName.includes(platform.architecture)) return;
  linter.run(lintRules.FromPlatformFlagConstDisallowed, lines, expanded.result);
}

/**
 * InvalidBaseImagePlatform: a base image of another system or architecture than the one asked for; variants are not
 * compared. `image` is the base name after expansion.
 */
export function reportBasePlatformMismatch(
  linter: Linter,
  lines: readonly number[],
  image: string,
  expected: Platform,
  actual: Platform,
): void {
  if (expected.os === actual.os && expected.architecture === actual.architecture) return;
  linter.run(lintRules.InvalidBaseImagePlatform, lines, image, canonical(expected), canonical(actual));
}

function canonical(platform: Platform): string {
  return formatPlatformFully(normalizePlatform(platform));
}
