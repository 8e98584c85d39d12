import { type Diagnostic, DockerfileError } from "../diagnostic.ts";
import { Failure } from "../failure.ts";
import { lineRange } from "../range.ts";
import { decodeUtf8 } from "../utf8.ts";
import { compileContext } from "./compile-context.ts";
import type { CompileOptions } from "./compile-options.ts";
import { evaluate } from "./evaluate.ts";
import type { CompileContext } from "./evaluation-context.ts";
import { InvalidDockerfile } from "./invalid-dockerfile.ts";
import { linterFor } from "./lint/linter.ts";
import { parseDiagnostics } from "./parse-diagnostics.ts";
import { reportFindings } from "./report-findings.ts";
import { sourceLines } from "./source-lines.ts";
import type { StageNode } from "./stage-node.ts";
import { type PointedDiagnostic, withTokenRanges } from "./token-ranges.ts";

/** What is known of a Dockerfile after it was worked out without making a definition. */
export interface Inspection {
  readonly filename: string;
  readonly source: Uint8Array;
  /** The stage that would be built; absent when there are errors. */
  readonly target?: StageNode;
  /** Errors before warnings, each in the order in which they were found. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Works out a Dockerfile for the platform of the worker, whatever platforms the options name, as BuildKit does when it
 * is asked about a Dockerfile. With `allStages`, stages that the target does not need are looked at, too. What is wrong
 * with the Dockerfile, or with an image that it names, is among the diagnostics.
 * @throws DockerfileError for an option that is not well-formed.
 */
export async function inspect(
  source: string | Uint8Array,
  options: CompileOptions,
  { allStages }: { readonly allStages: boolean },
): Promise<Inspection> {
  const context = await contextOf(source, options);
  const { filename } = context.mainContext;
  const found = await findAll(context, allStages);
  const lines = sourceLines(decodeUtf8(context.source));
  const diagnostics = await withTokenRanges(lines, context.dockerfile.escape, found.diagnostics);
  const { target } = found;
  return { filename, source: context.source, diagnostics, ...(target === undefined ? {} : { target }) };
}

async function contextOf(source: string | Uint8Array, options: CompileOptions): Promise<CompileContext> {
  try {
    return await compileContext(source, options);
  } catch (error) {
    if (!(error instanceof InvalidDockerfile)) throw error;
    throw new DockerfileError([invalidDiagnostic(error, options.filename ?? "Dockerfile").diagnostic]);
  }
}

interface Findings {
  readonly target?: StageNode;
  readonly diagnostics: readonly PointedDiagnostic[];
}

async function findAll(context: CompileContext, allStages: boolean): Promise<Findings> {
  const { dockerfile, config, mainContext } = context;
  const { filename } = mainContext;
  const checks = linterFor({ filename, option: config.check, directive: dockerfile.directives.check });
  if (checks.kind === "invalid") return { diagnostics: [{ diagnostic: checks.diagnostic, tokens: [] }] };
  const { linter } = checks;
  if (dockerfile.errors.length > 0) {
    reportFindings(linter, dockerfile.findings);
    return { diagnostics: [...parseDiagnostics(filename, dockerfile.errors), ...linter.findings] };
  }
  try {
    const { target } = await evaluate(context, { targetPlatform: undefined, linter, allStages });
    return { target, diagnostics: linter.findings };
  } catch (error) {
    return { diagnostics: [errorDiagnostic(error, filename), ...linter.findings] };
  }
}

/** An error of the evaluation as a diagnostic; anything that is neither about the Dockerfile nor its images is thrown on. */
function errorDiagnostic(error: unknown, filename: string): PointedDiagnostic {
  if (error instanceof InvalidDockerfile) return invalidDiagnostic(error, filename);
  if (!(error instanceof Failure) || error.code === "cancelled") throw error;
  const { code: rule, message, source } = error;
  const ranges = source?.ranges ?? [];
  const lines = ranges.map((range) => range.start.line);
  return { diagnostic: { rule, severity: "error", message, filename, lines, ranges }, tokens: [] };
}

function invalidDiagnostic(
  { rule, message, lines = [], related }: InvalidDockerfile,
  filename: string,
): PointedDiagnostic {
  const ranges = [lines, ...related].flatMap((place) => place.map(lineRange));
  return { diagnostic: { rule, severity: "error", message, filename, lines, ranges }, tokens: [] };
}
