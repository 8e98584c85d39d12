import { runFrontend } from "../frontend/build.ts";
import type { Gateway } from "../frontend/gateway.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { CacheImport } from "../graph/config/cache-imports.ts";
import type { Definition } from "../llb/definition.ts";
import { type Bound, evaluateSteps } from "./bounded.ts";
import type { Work } from "./buildkit/job.ts";
import { checkPlatforms } from "./platform-check.ts";

export interface WorkOptions {
  readonly maxParallelism: number | undefined;
  readonly cacheImports: readonly CacheImport[];
  /** What the worker says it runs. */
  readonly platforms: readonly string[];
}

/** The work of a Dockerfile that we compile. `onCompiled` hears of the definitions before anything of them runs. */
export function dockerfileWork(
  { maxParallelism, cacheImports, platforms }: WorkOptions,
  onCompiled: (compilation: Compilation) => void,
): Work {
  return {
    kind: "gateway",
    run: (gateway, signal) => {
      const hooks = {
        async onCompiled(compilation: Compilation) {
          const definitions = compilation.platforms.map(({ definition }) => definition);
          onCompiled(compilation);
          checkPlatforms(definitions, platforms);
          if (maxParallelism !== undefined)
            await evaluateAll(gateway, definitions, { limit: maxParallelism, cacheImports }, signal);
        },
      };
      return runFrontend(gateway, hooks, signal);
    },
  };
}

/** The work of a definition as it is. Only where its RUN steps are bounded does it need us during the build. */
export function definitionWork(definition: Definition, { maxParallelism, cacheImports, platforms }: WorkOptions): Work {
  checkPlatforms([definition], platforms);
  // Without an op a worker would take the request for the beginning of a gateway build, and wait.
  const isEmpty = definition.def.length === 0;
  if (maxParallelism === undefined && !isEmpty) return { kind: "definition", definition: definition.bytes };
  return {
    kind: "gateway",
    async run(gateway, signal) {
      try {
        if (maxParallelism !== undefined)
          await evaluateAll(gateway, [definition], { limit: maxParallelism, cacheImports }, signal);
        const result = isEmpty
          ? { ref: undefined, metadata: new Map() }
          : await gateway.solve({ definition: definition.bytes, cacheImports }, signal);
        await gateway.return({ ref: result.ref, metadata: result.metadata }, signal);
      } catch (error) {
        await gateway.fail(error, signal);
        throw error;
      }
    },
  };
}

function evaluateAll(gateway: Gateway, definitions: readonly Definition[], bound: Bound, signal: AbortSignal) {
  return evaluateSteps(
    gateway,
    definitions.map(({ bytes }) => bytes),
    bound,
    signal,
  );
}
