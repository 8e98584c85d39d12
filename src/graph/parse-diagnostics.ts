import type { ParseError } from "../parser/dockerfile.ts";
import { lineRange } from "../range.ts";
import { type PointedDiagnostic, tokensOf } from "./token-ranges.ts";

/** The errors of a parsed Dockerfile as diagnostics, in their order, with what to point at. */
export function parseDiagnostics(filename: string, errors: readonly ParseError[]): readonly PointedDiagnostic[] {
  return errors.map(({ rule, message, lines, at, token }) => ({
    diagnostic: {
      rule,
      severity: "error",
      message,
      filename,
      lines,
      ranges: (at ?? lines).filter((line) => line > 0).map(lineRange),
    },
    tokens: token === undefined ? tokensOf(message) : [token],
  }));
}
