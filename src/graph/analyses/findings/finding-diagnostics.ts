import type { Diagnostic } from "../../../diagnostic.ts";
import { timeText } from "../time-text.ts";
import type { Finding } from "./finding.ts";

/** Findings as diagnostics, for the printer of carets. */
export function findingDiagnostics(findings: readonly Finding[]): readonly Diagnostic[] {
  return findings.map(({ rule, reason, suggestion, saving, filename, lines, ranges }) => ({
    rule,
    severity: "warning",
    message: `${reason}\n${savingText(saving)}`,
    filename,
    lines,
    ranges,
    help: suggestion,
  }));
}

/** `saves 12 s of 40 s after a change of VERSION (estimated)`. */
function savingText({ ms, before, when, provenance }: Finding["saving"]): string {
  return `saves ${timeText(ms)} of ${timeText(before)} ${when} (${provenance})`;
}
