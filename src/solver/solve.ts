import type { Definition } from "../llb/definition.ts";
import { runBuild } from "./build.ts";
import { buildOnNodes } from "./node-builds.ts";
import { canBeSharedOut } from "./node-outputs.ts";
import { openNodes, openWorker } from "./open-worker.ts";
import { type EventSink, type RunningSolve, startSolve } from "./running-solve.ts";
import type { ContextInput, SolveOptions, SolveResult } from "./solve-options.ts";

/**
 * Builds on a BuildKit worker: the Dockerfile of a context (given as a folder, or a git or web address), a Dockerfile
 * given as text, or a definition as it is. For many builds on one worker, `connect` saves the way to it.
 *
 * Rejects with a DockerfileError for an invalid Dockerfile, and otherwise with a Failure, by `code`: `usage`,
 * `worker-unreachable`, `platform-unsupported`, `context-unreadable`, `context-changed`, `step-failed` (a StepFailure),
 * `image-unresolved`, `auth-refused`, `export-failed`, `capability-missing`, `definition-too-large`, `worker-refused`,
 * `cancelled`. Whatever happens, nothing half-written stays, no handle is left open, and the build does not go on on the
 * worker.
 */
export function solve(input: ContextInput | Definition, options: SolveOptions = {}): RunningSolve {
  return startSolve((tell) => solveOnce(input, options, tell));
}

/** The same, with events for whoever asks: a build with a connection of its own. */
export async function solveOnce(
  input: ContextInput | Definition,
  options: SolveOptions,
  tell: EventSink,
): Promise<SolveResult> {
  const { addr, builder, tls, platforms } = options;
  const nodes = canBeSharedOut(options)
    ? await openNodes({ addr, builder, platforms, signal: options.signal })
    : undefined;
  const connections = nodes?.map(({ connection }) => connection) ?? [];
  const open = async (signal: AbortSignal) => {
    const opened = await openWorker({ addr, builder, tls, platforms, signal });
    connections.push(opened.connection);
    return opened;
  };
  try {
    return await (nodes === undefined
      ? runBuild(input, options, open, tell)
      : buildOnNodes(input, options, nodes, tell));
  } finally {
    for (const connection of connections) connection.close();
  }
}
