import type { Definition } from "../llb/definition.ts";
import type { Discovered, DiscoverOptions } from "./buildkit/discover.ts";
import type { Client, ConnectOptions } from "./client.ts";
import { type RunningSolve, startSolve } from "./running-solve.ts";
import type { ContextInput, SolveOptions } from "./solve-options.ts";

/**
 * `solve` of solve.ts, loaded when it is first called: a program that only compiles pays nothing for gRPC.
 *
 * Builds on a BuildKit worker: the Dockerfile of a context (a folder, a git or web address), a Dockerfile as text, or a
 * definition as it is. Rejects with a DockerfileError for an invalid Dockerfile, and otherwise with a Failure.
 */
export function solve(input: ContextInput | Definition, options: SolveOptions = {}): RunningSolve {
  return startSolve(async (tell) => {
    const { solveOnce } = await import("./solve.ts");
    return solveOnce(input, options, tell);
  });
}

/**
 * Connects to a worker, the one at `addr` or the first that answers, for many builds: `client.solve` is `solve` without
 * the way there. Rejects with a Failure: `worker-unreachable` or `usage`.
 */
export async function connect(addr?: string, options: ConnectOptions = {}): Promise<Client> {
  const { connect: run } = await import("./client.ts");
  return run(addr, options);
}

/**
 * Finds the worker that `solve` would use: the first place that answers. Rejects with a Failure: `worker-unreachable`
 * names every place that was tried; `usage` when an address or a Docker context is wrong.
 */
export async function discover(options: DiscoverOptions = {}): Promise<Discovered> {
  const { discover: run } = await import("./buildkit/discover.ts");
  return run(options);
}
