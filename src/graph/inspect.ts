import { type Diagnostic, DockerfileError } from "../diagnostic.ts";
import type { SourceInfo } from "../llb/definition.ts";
import { type CompileEnvironment, compileContext } from "./compile-context.ts";
import type { CompileOptions } from "./compile-options.ts";
import { emptyFile, evaluationFailure, parseFailure, withoutSource, withRanges } from "./diagnose.ts";
import { evaluate } from "./evaluate.ts";
import type { CompileContext } from "./evaluation-context.ts";
import { isAboutImage } from "./failure-place.ts";
import { linterFor } from "./lint/linter.ts";
import type { StageNode } from "./stage-node.ts";

/** What is known of a Dockerfile after it was worked out without making a definition. */
export interface Inspection {
  readonly source: SourceInfo;
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
  { allStages, environment = {} }: { readonly allStages: boolean; readonly environment?: CompileEnvironment },
): Promise<Inspection> {
  const filename = options.filename ?? "Dockerfile";
  const context = await compileContext(source, options, environment).catch((error: unknown) => {
    throw withoutSource(error, filename);
  });
  return { source: sourceOf(context), ...(await findAll(context, allStages)) };
}

function sourceOf({ sourceMap }: CompileContext): SourceInfo {
  const { filename, language, data, definition } = sourceMap;
  return {
    filename,
    language,
    data,
    definition: definition !== undefined && "def" in definition ? definition : undefined,
  };
}

async function findAll(
  context: CompileContext,
  allStages: boolean,
): Promise<Pick<Inspection, "target" | "diagnostics">> {
  const { dockerfile, config, mainContext } = context;
  const { filename } = mainContext;
  if (context.source.length === 0) return { diagnostics: emptyFile(filename).diagnostics };
  const checks = linterFor({ filename, option: config.check, directive: dockerfile.directives.check });
  if (checks.kind === "invalid") return { diagnostics: [checks.diagnostic] };
  const { linter } = checks;
  if (dockerfile.errors.length > 0) return { diagnostics: (await parseFailure(context, linter)).diagnostics };
  try {
    const { target } = await evaluate(context, { targetPlatform: undefined, linter, allStages });
    return { target, diagnostics: await withRanges(context, linter.findings) };
  } catch (error) {
    const failure = await evaluationFailure(context, error, linter);
    if (failure instanceof DockerfileError) return { diagnostics: failure.diagnostics };
    return { diagnostics: [imageDiagnostic(failure, filename), ...(await withRanges(context, linter.findings))] };
  }
}

/** That an image could not be resolved, as a diagnostic; any other failure is thrown on. */
function imageDiagnostic(error: unknown, filename: string): Diagnostic {
  if (!isAboutImage(error)) throw error;
  const { code: rule, message, source } = error;
  const ranges = source?.ranges ?? [];
  return { rule, severity: "error", message, filename, lines: ranges.map((range) => range.start.line), ranges };
}
