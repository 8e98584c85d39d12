import type { Edge } from "../llb/vertex.ts";
import { parseBool } from "../parser/go-number.ts";
import type { EvaluationContext } from "./evaluation-context.ts";
import { reachableFrom, type StageNode } from "./stage-node.ts";

/** What an SBOM covers besides the result. */
export interface ScanTargets {
  /** By name: `context` for the main context, else the names of stages; undefined is scratch. */
  readonly extras: ReadonlyMap<string, Edge | undefined>;
  /** Whether the target, or a stage that is covered, is built without cache. */
  readonly ignoreCache: boolean;
}

/**
 * What the arguments BUILDKIT_SBOM_SCAN_CONTEXT and BUILDKIT_SBOM_SCAN_STAGE say of a build whose stages are lowered: they
 * are read at the end of each stage, and are booleans or lists of the stages for which they hold.
 */
export function scanTargets(context: EvaluationContext, target: StageNode, mainContext: Edge): ScanTargets {
  const extras = new Map<string, Edge | undefined>();
  let { ignoreCache } = target;
  if (holdsFor(context, target, "BUILDKIT_SBOM_SCAN_CONTEXT")) extras.set("context", mainContext);
  for (const node of reachableFrom(target)) {
    if (node === target || !holdsFor(context, node, "BUILDKIT_SBOM_SCAN_STAGE")) continue;
    extras.set(node.displayName, node.root);
    ignoreCache ||= node.ignoreCache;
  }
  return { extras, ignoreCache };
}

function holdsFor({ globalArgs }: EvaluationContext, node: StageNode, name: string): boolean {
  if (node.state === undefined) return false;
  let value = globalArgs.env.get(name);
  for (const arg of node.state.buildArgs) if (arg.key === name && arg.value !== undefined) value = arg.value;
  if (value === undefined) return false;
  return parseBool(value) ?? value.split(",").includes(node.displayName);
}
