import type { Gateway } from "../frontend/gateway.ts";
import { evaluateSteps } from "./bounded.ts";
import type { Work } from "./buildkit/job.ts";

/** The work of a definition as it is. Only where its RUN steps are bounded does it need us during the build. */
export function definitionWork(definition: Uint8Array, maxParallelism: number | undefined): Work {
  if (maxParallelism === undefined) return { kind: "definition", definition };
  return {
    kind: "gateway",
    async run(gateway: Gateway, signal: AbortSignal) {
      await evaluateSteps(gateway, [definition], maxParallelism, signal);
      const { ref, metadata } = await gateway.solve({ definition }, signal);
      await gateway.return({ ref, metadata }, signal);
    },
  };
}
