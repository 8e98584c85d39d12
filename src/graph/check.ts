import { type CheckReport, checkReport } from "./check-shape.ts";
import type { CompileOptions } from "./compile-options.ts";
import { inspect } from "./inspect.ts";

/**
 * Checks a Dockerfile by the lint rules: all stages, or with a target those that it needs, for the platform of the
 * worker whatever platforms the options name. What makes it invalid is part of the report.
 * @throws DockerfileError for an option that is not well-formed.
 */
export async function check(source: string | Uint8Array, options: CompileOptions = {}): Promise<CheckReport> {
  const inspection = await inspect(source, options, { allStages: (options.target ?? "") === "" });
  return checkReport(inspection.filename, inspection.source, inspection.diagnostics);
}
