import { type Diagnostic, DockerfileError } from "../diagnostic.ts";
import type { CompileEnvironment } from "./compile-context.ts";
import type { CompileOptions } from "./compile-options.ts";
import { inspect } from "./inspect.ts";
import { type Outline, outlineShape } from "./outline-shape.ts";
import { reachableFrom, type StageNode } from "./stage-node.ts";

/**
 * What the target of a Dockerfile can be given: build arguments with their values, secrets and ssh agents. Works the
 * Dockerfile out as a compile does, images included, but for the platform of the worker whatever platforms the options
 * name.
 * `environment` is where contexts are read and what a worker can do, if not what the options say.
 * @throws DockerfileError when the Dockerfile does not build.
 */
export async function outline(
  source: string | Uint8Array,
  options: CompileOptions = {},
  environment: CompileEnvironment = {},
): Promise<Outline> {
  return (await outlineWithWarnings(source, options, environment)).outline;
}

/** `outline` with what the checks say meanwhile. */
export async function outlineWithWarnings(
  source: string | Uint8Array,
  options: CompileOptions,
  environment: CompileEnvironment,
): Promise<{ readonly outline: Outline; readonly warnings: readonly Diagnostic[] }> {
  const inspection = await inspect(source, options, { allStages: false, environment });
  const { target, diagnostics } = inspection;
  if (target === undefined) throw new DockerfileError(diagnostics);
  if (target.outline === undefined) throw new Error("the target of a build is a stage of the Dockerfile");
  linkOutlines(target);
  return { outline: outlineShape(target.outline, inspection.source.data), warnings: diagnostics };
}

/** Tells the outline of every stage that the target reaches which others its instructions read. */
function linkOutlines(target: StageNode): void {
  for (const node of reachableFrom(target)) {
    if (node.outline === undefined) continue;
    node.outline.dependencies = [...node.dependencies.keys()].flatMap((dependency) => dependency.outline ?? []);
  }
}
