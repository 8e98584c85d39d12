import { type CheckReport, checkReport } from "./check-shape.ts";
import type { CompileEnvironment } from "./compile-context.ts";
import type { CompileOptions } from "./compile-options.ts";
import { inspect } from "./inspect.ts";

/**
 * Checks a Dockerfile by the lint rules: all stages, or with a target those that it needs, for the platform of the
 * worker whatever platforms the options name. What makes it invalid is part of the report.
 * `environment` is where contexts are read and what a worker can do, if not what the options say.
 * @throws DockerfileError for an option that is not well-formed.
 */
export async function check(
  source: string | Uint8Array,
  options: CompileOptions = {},
  environment: CompileEnvironment = {},
): Promise<CheckReport> {
  const allStages = (options.target ?? options.rawOptions?.target ?? "") === "";
  const inspection = await inspect(source, options, { allStages, environment });
  return checkReport(inspection.source, inspection.diagnostics);
}
