import { PatternError } from "../../pattern-error.ts";
import type { PatternMatcher } from "../../pattern-matcher.ts";
import { cleanPath } from "../../slash-path.ts";
import type { Linter } from "./linter.ts";
import { lintRules } from "./rules.ts";

/**
 * MultipleInstructionsDisallowed: reported at the earlier of two CMD, ENTRYPOINT or HEALTHCHECK of a stage, because
 * that is the one without effect. `name` is the later one's as written; `earlier` its lines, undefined for none.
 */
export function reportRepeated(linter: Linter, name: string, earlier: readonly number[] | undefined): void {
  if (earlier !== undefined) linter.run(lintRules.MultipleInstructionsDisallowed, earlier, name);
}

/**
 * JSONArgsRecommended: CMD and ENTRYPOINT in shell form (`prependShell`), unless the image names a shell of its own.
 * `name` is the instruction's as written.
 */
export function reportShellForm(
  linter: Linter,
  lines: readonly number[],
  name: string,
  prependShell: boolean,
  shell: readonly string[] | undefined,
): void {
  if (prependShell && (shell === undefined || shell.length === 0))
    linter.run(lintRules.JSONArgsRecommended, lines, name);
}

/** LegacyKeyValueFormat: one pair of an ENV or LABEL with white space for its separator. */
export function reportLegacyPair(linter: Linter, lines: readonly number[], name: string): void {
  linter.run(lintRules.LegacyKeyValueFormat, lines, name);
}

/**
 * WorkdirRelativePath: for the first WORKDIR that a Dockerfile itself gives to a chain of stages (`alreadySet` says
 * whether there was one before), since an absolute one in a base image may change.
 */
export function reportRelativeWorkdir(
  linter: Linter,
  lines: readonly number[],
  path: string,
  isAbsolute: boolean,
  alreadySet: boolean,
): void {
  if (!alreadySet && !isAbsolute) linter.run(lintRules.WorkdirRelativePath, lines, path);
}

/** ExposeProtoCasing and ExposeInvalidFormat for one port as EXPOSE gives it after expansion. */
export function reportPort(
  linter: Linter,
  lines: readonly number[],
  port: string,
  parts: { readonly ip: string; readonly hostPort: string; readonly protocol: string },
): void {
  if (parts.protocol !== parts.protocol.toLowerCase()) linter.run(lintRules.ExposeProtoCasing, lines, port);
  if (parts.ip !== "" || parts.hostPort !== "") linter.run(lintRules.ExposeInvalidFormat, lines, port);
}

/**
 * CopyIgnoredFile: a source of COPY or ADD that the ignore file keeps out of the context. Silent when the file has
 * exceptions, since what they let through depends on the files. The root of the context counts as ignored only where a
 * pattern names everything. A pattern that turns out malformed when it is tried is no matter for a check.
 */
export function checkIgnoredSource(
  linter: Linter,
  lines: readonly number[],
  instruction: "Copy" | "Add",
  source: string,
  ignore: PatternMatcher | undefined,
): void {
  if (ignore === undefined || ignore.hasExclusions) return;
  const path = cleanPath(source);
  const isRoot = path === "." || path === "/";
  if (isRoot && !ignore.patterns.some((pattern) => everything.has(pattern.text))) return;
  if (matches(ignore, path)) linter.run(lintRules.CopyIgnoredFile, lines, instruction, path);
}

const everything: ReadonlySet<string> = new Set(["*", "**", "**/*"]);

function matches(ignore: PatternMatcher, path: string): boolean {
  try {
    return ignore.matches(path);
  } catch (error) {
    if (error instanceof PatternError) return false;
    throw error;
  }
}
