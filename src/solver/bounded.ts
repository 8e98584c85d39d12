import type { Gateway } from "../frontend/gateway.ts";
import type { CacheImport } from "../graph/config/cache-imports.ts";
import { joinErrors } from "./many-failures.ts";
import { type KeptGoing, runAllSteps, runSteps } from "./scheduler.ts";
import { readSteps } from "./step-definitions.ts";

/** How many RUN steps at once, and where their results may come from instead. */
export interface Bound {
  /** Infinite for none. */
  readonly limit: number;
  readonly cacheImports: readonly CacheImport[];
}

/**
 * Runs the RUN steps of definitions on a worker, at most `limit` at once, from here: workers have no such bound of
 * their own that a build could set. Each step is solved, with `evaluate`, when the RUN steps before it are done;
 * other vertices ride along with the step that needs them. What ran stays with the build, so that solving the
 * definitions themselves afterwards runs no RUN step again.
 *
 * Every RUN step is thereby forced, also one whose result a cache of the final image would have made unnecessary.
 */
export async function evaluateSteps(
  gateway: Gateway,
  definitions: readonly Uint8Array[],
  { limit, cacheImports }: Bound,
  signal: AbortSignal,
): Promise<void> {
  const { graph, definitionOf } = readSteps(definitions);
  const evaluate = evaluator(gateway, cacheImports);
  await runSteps(graph, limit, (step, stop) => evaluate(definitionOf(step), stop), signal);
}

/**
 * The same, but what does not need a step that failed goes on: other RUN steps, and then the definitions of which all
 * steps ran, to their end. Rejects in the end with what failed: one error, or a ManyFailures with all.
 */
export async function evaluateAllSteps(
  gateway: Gateway,
  definitions: readonly Uint8Array[],
  { limit, cacheImports }: Bound,
  signal: AbortSignal,
): Promise<void> {
  const { graph, definitionOf } = readSteps(definitions);
  const evaluate = evaluator(gateway, cacheImports);
  const ran = await runAllSteps(graph, limit, (step, stop) => evaluate(definitionOf(step), stop), signal);
  const whole = definitions.filter((definition) => isWhole(definition, ran));
  const settled = await Promise.allSettled(whole.map((definition) => evaluate(definition, signal)));
  signal.throwIfAborted();
  const errors = settled.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  const [first, ...others] = [...ran.failed.values(), ...errors];
  if (first !== undefined) throw joinErrors([first, ...others]);
}

function evaluator(gateway: Gateway, cacheImports: Bound["cacheImports"]) {
  return async (definition: Uint8Array, signal: AbortSignal): Promise<void> => {
    await gateway.solve({ definition, evaluate: true, cacheImports }, signal);
  };
}

/** An empty one has nothing to solve. */
function isWhole(definition: Uint8Array, { done }: KeptGoing): boolean {
  const { graph } = readSteps([definition]);
  return graph.size > 0 && [...graph].every(([name, { isStep }]) => !isStep || done.has(name));
}
