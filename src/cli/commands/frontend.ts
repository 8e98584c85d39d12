import { setMaxListeners } from "node:events";
import type { Readable, Writable } from "node:stream";
import { DockerfileError } from "../../diagnostic.ts";
import { Failure } from "../../failure.ts";
import { runFrontend } from "../../frontend/build.ts";
import { type ContainerEnvironment, containerEnvironment } from "../../frontend/container-environment.ts";
import type { Gateway } from "../../frontend/gateway.ts";
import type { Bridge } from "../../solver/buildkit/bridge.ts";
import { openGateway } from "../../solver/buildkit/gateway.ts";
import { stdioBridge } from "../../solver/buildkit/stdio-bridge.ts";
import { StdioConnection } from "../../solver/buildkit/stdio-connection.ts";
import type { ExitCode } from "../terminal.ts";

/** How long BuildKit may take to answer the first call, in milliseconds. */
const usualPatience = 15_000;

/** How long a frontend that is told to stop waits for BuildKit to take its error. */
const farewellPatience = 2000;

/** What the frontend may touch of its process. Nothing but gRPC goes to `stdout`; `stderr` is the worker's log. */
export interface FrontendProcess {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly signal: AbortSignal;
  /** How long to wait for the first answer, in milliseconds; 15 seconds if absent, as BuildKit's own frontends do. */
  readonly patience?: number | undefined;
  /** Over the standard streams, where it is open already. */
  readonly connection?: StdioConnection | undefined;
}

/**
 * `llbc frontend`: builds a Dockerfile as a frontend that BuildKit has started in a container, and returns the result
 * or the error over standard input and output. Never rejects.
 */
export async function frontendCommand(process: FrontendProcess): Promise<ExitCode> {
  const { env, stdin, stdout, stderr, signal, patience = usualPatience } = process;
  const environment = containerEnvironment(env);
  if (environment === undefined) {
    stderr.write(`error: ${notStartedByBuildKit}\n`);
    return 2;
  }
  // Every call under way listens to it.
  setMaxListeners(0, signal);
  const connection = process.connection ?? new StdioConnection(stdin, stdout);
  try {
    const gateway = await open(stdioBridge(connection), environment, patience, signal);
    await serve(gateway, signal);
    return 0;
  } catch (error) {
    stderr.write(`error: ${reportOf(error)}\n`);
    return 1;
  } finally {
    connection.close();
  }
}

const notStartedByBuildKit =
  "BuildKit starts this command, in a container of the frontend's image. " +
  "Name the image in the first line of a Dockerfile: # syntax=IMAGE";

async function serve(gateway: Gateway, signal: AbortSignal): Promise<void> {
  try {
    await runFrontend(gateway, { warnsOfInvalid: true }, signal);
  } catch (error) {
    // What aborted the calls has also kept the error from being told.
    if (signal.aborted) await gateway.fail(error, AbortSignal.timeout(farewellPatience));
    throw error;
  }
}

async function open(
  bridge: Bridge,
  facts: ContainerEnvironment,
  patience: number,
  signal: AbortSignal,
): Promise<Gateway> {
  const timeout = AbortSignal.timeout(patience);
  try {
    return await openGateway(bridge, facts, AbortSignal.any([signal, timeout]));
  } catch (error) {
    if (!timeout.aborted) throw error;
    throw new Failure("worker-unreachable", `BuildKit did not answer within ${patience / 1000} seconds`);
  }
}

/** Whoever builds is told by BuildKit; the log of the worker has the stack of what is a bug of ours. */
function reportOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = error instanceof Failure || error instanceof DockerfileError;
  return expected ? error.message : `bug in llbc: ${error.stack ?? error.message}`;
}
