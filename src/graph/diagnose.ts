import { type Diagnostic, DockerfileError } from "../diagnostic.ts";
import { lineRange } from "../range.ts";
import { decodeUtf8 } from "../utf8.ts";
import type { CompileContext } from "./evaluation-context.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import type { Linter } from "./lint/linter.ts";
import { parseDiagnostics } from "./parse-diagnostics.ts";
import { reportFindings } from "./report-findings.ts";
import { sourceLines } from "./source-lines.ts";
import { type PointedDiagnostic, tokensOf, withTokenRanges } from "./token-ranges.ts";

/** The error for a Dockerfile without a single byte, which BuildKit gives no place. */
export function emptyFile(filename: string): DockerfileError {
  const message = "the Dockerfile is empty: it needs at least a FROM instruction";
  const error = new InvalidDockerfile("empty-file", message, { placeless: true });
  return new DockerfileError([diagnosticOf(error, filename)]);
}

/** The error for a Dockerfile that does not parse: all that is wrong with it, then the warnings found before. */
export function parseFailure(context: CompileContext, linter: Linter): Promise<DockerfileError> {
  const { dockerfile, mainContext } = context;
  reportFindings(linter, dockerfile.findings);
  const unreadable = dockerfile.errors[0]?.stage === "instructions";
  return failure(context, parseDiagnostics(mainContext.filename, dockerfile.errors), linter, unreadable);
}

/** An error of the evaluation in the form in which it leaves a compile; what is not about the Dockerfile stays as it is. */
export async function evaluationFailure(context: CompileContext, error: unknown, linter: Linter): Promise<unknown> {
  if (!(error instanceof InvalidDockerfile)) return error;
  const diagnostic = diagnosticOf(error, context.mainContext.filename);
  const tokens = error.token === undefined ? tokensOf(error.message) : [error.token];
  return failure(context, [{ diagnostic, tokens }], linter);
}

/** An error from before the Dockerfile was looked at; what is not about an option stays as it is. */
export function withoutSource(error: unknown, filename: string): unknown {
  return error instanceof InvalidDockerfile ? new DockerfileError([diagnosticOf(error, filename)]) : error;
}

/** Diagnostics with the ranges of their tokens. */
export function withRanges(
  { source, dockerfile }: CompileContext,
  findings: readonly PointedDiagnostic[],
): Promise<readonly Diagnostic[]> {
  if (findings.length === 0) return Promise.resolve([]);
  return withTokenRanges(sourceLines(decodeUtf8(source)), dockerfile.escape, findings);
}

async function failure(
  context: CompileContext,
  errors: readonly PointedDiagnostic[],
  linter: Linter,
  unreadable = false,
): Promise<DockerfileError> {
  return new DockerfileError(await withRanges(context, [...errors, ...linter.findings]), { unreadable });
}

function diagnosticOf(error: InvalidDockerfile, filename: string): Diagnostic {
  const lines = error.lines ?? [];
  return {
    rule: error.rule,
    severity: "error",
    message: error.message,
    filename,
    lines,
    ranges: [error.at ?? lines, ...error.related].flatMap((place) => place.map(lineRange)),
  };
}
