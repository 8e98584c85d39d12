import { Failure } from "../failure.ts";
import { runFrontend } from "../frontend/build.ts";
import type { FrontendResult, Gateway } from "../frontend/gateway.ts";
import type { Compilation } from "../graph/compilation.ts";
import type { CacheImport } from "../graph/config/cache-imports.ts";
import type { SyntaxLine } from "../graph/syntax-line.ts";
import type { Definition } from "../llb/definition.ts";
import { type Bound, evaluateAllSteps, evaluateSteps } from "./bounded.ts";
import type { Work } from "./buildkit/job.ts";
import { checkPlatforms } from "./platform-check.ts";

export interface WorkOptions {
  readonly maxParallelism: number | undefined;
  /** What does not need a step that failed goes on. */
  readonly keepGoing: boolean;
  /** Asked before anything runs: rejects where it may not. */
  readonly mayRun: ((definitions: readonly Definition[], signal: AbortSignal) => Promise<void>) | undefined;
  /** A Dockerfile is compiled here whatever frontend its syntax line names. */
  readonly ignoresSyntax: boolean;
  /** Someone will read the provenance of the build. */
  readonly isAttested: boolean;
  readonly cacheImports: readonly CacheImport[];
  /** What the worker says it runs. */
  readonly platforms: readonly string[];
}

/** The work of a Dockerfile that we compile. `onCompiled` hears of the definitions before anything of them runs. */
export function dockerfileWork(options: WorkOptions, onCompiled: (compilation: Compilation) => void): Work {
  const { platforms, ignoresSyntax, isAttested } = options;
  return {
    kind: "gateway",
    run: (gateway, signal) => {
      const hooks = {
        async onCompiled(compilation: Compilation) {
          const definitions = compilation.platforms.map(({ definition }) => definition);
          onCompiled(compilation);
          checkPlatforms(definitions, platforms);
          await beforeSolve(gateway, definitions, options, signal);
        },
        onForward: (syntax: SyntaxLine) => refuseForward(options, syntax),
        ignoresSyntax,
        isAttested,
      };
      return runFrontend(gateway, hooks, signal);
    },
  };
}

/**
 * A question about a Dockerfile, which the build's options name, to the frontend that compiles it: `frontend` of the
 * worker's, or else ours or the one that its syntax line names.
 */
export function callWork(
  frontend: string | undefined,
  ignoresSyntax: boolean,
  onAnswer: (metadata: ReadonlyMap<string, Uint8Array>) => void,
): Work {
  if (frontend === undefined) {
    const hooks = { ignoresSyntax, onResult: ({ metadata }: FrontendResult) => onAnswer(metadata) };
    return { kind: "gateway", run: (gateway, signal) => runFrontend(gateway, hooks, signal) };
  }
  return {
    kind: "gateway",
    async run(gateway, signal) {
      try {
        const { metadata } = await gateway.solve({ frontend, frontendOptions: gateway.build.options }, signal);
        onAnswer(metadata);
        await gateway.return({ metadata }, signal);
      } catch (error) {
        await gateway.fail(error, signal);
        throw error;
      }
    },
  };
}

/** The work of a definition as it is. Only where its RUN steps are bounded does it need us during the build. */
export function definitionWork(definition: Definition, options: WorkOptions): Work {
  const { cacheImports, platforms } = options;
  checkPlatforms([definition], platforms);
  // Without an op a worker would take the request for the beginning of a gateway build, and wait.
  const isEmpty = definition.def.length === 0;
  if (!isEmpty && !needsSteps(options)) return { kind: "definition", definition: definition.bytes };
  return {
    kind: "gateway",
    async run(gateway, signal) {
      try {
        await beforeSolve(gateway, [definition], options, signal);
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

function needsSteps({ maxParallelism, keepGoing, mayRun }: WorkOptions): boolean {
  return maxParallelism !== undefined || keepGoing || mayRun !== undefined;
}

/** What is done with the definitions before they are solved as a whole. */
async function beforeSolve(
  gateway: Gateway,
  definitions: readonly Definition[],
  { maxParallelism, keepGoing, mayRun, cacheImports }: WorkOptions,
  signal: AbortSignal,
): Promise<void> {
  await mayRun?.(definitions, signal);
  const bytes = definitions.map((definition) => definition.bytes);
  const bound: Bound = { limit: maxParallelism ?? Number.POSITIVE_INFINITY, cacheImports };
  if (keepGoing) await evaluateAllSteps(gateway, bytes, bound, signal);
  else if (maxParallelism !== undefined) await evaluateSteps(gateway, bytes, bound, signal);
}

function refuseForward(options: WorkOptions, { image }: SyntaxLine): void {
  if (!needsSteps(options)) return;
  throw new Failure("usage", `the steps of the frontend ${image} are the worker's own and are not known here`, {
    remedy: "Leave out maxParallelism, keepGoing and requireCache, or compile here whatever its syntax line says.",
  });
}
