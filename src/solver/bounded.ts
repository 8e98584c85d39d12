import type { Gateway } from "../frontend/gateway.ts";
import type { CacheImport } from "../graph/config/cache-imports.ts";
import { runSteps } from "./scheduler.ts";
import { readSteps } from "./step-definitions.ts";

/** How many RUN steps at once, and where their results may come from instead. */
export interface Bound {
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
  await runSteps(
    graph,
    limit,
    async (step, stop) => {
      await gateway.solve({ definition: definitionOf(step), evaluate: true, cacheImports }, stop);
    },
    signal,
  );
}
