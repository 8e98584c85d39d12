import { Failure } from "../failure.ts";
import type { Definition } from "../llb/definition.ts";
import { findInputs } from "./build-inputs.ts";
import type { AttachableContext } from "./buildkit/attachable.ts";
import { Connection } from "./buildkit/connection.ts";
import { discover } from "./buildkit/discover.ts";
import { fileSend } from "./buildkit/filesend/file-send.ts";
import { fileSync } from "./buildkit/filesync/file-sync.ts";
import { type Job, runJob, type Work } from "./buildkit/job.ts";
import { newId } from "./buildkit/session.ts";
import { readWorkerInfo } from "./buildkit/worker-info.ts";
import { describeFailure } from "./describe-failure.ts";
import type { SolveEvent } from "./events.ts";
import { frontendOptions } from "./frontend-options.ts";
import { planExports } from "./outputs.ts";
import { Recorder } from "./recorder.ts";
import type { DockerfileInput, SolveOptions, SolveResult } from "./solve-options.ts";
import { definitionWork } from "./work.ts";

/**
 * Builds on a BuildKit worker: the Dockerfile of a context (given as a folder, or a git or web address), a Dockerfile
 * given as text, or a definition as it is.
 *
 * Rejects with a DockerfileError for an invalid Dockerfile, and otherwise with a Failure, by `code`: `usage`,
 * `worker-unreachable`, `platform-unsupported`, `context-unreadable`, `context-changed`, `step-failed` (a StepFailure),
 * `auth-refused`, `export-failed`, `output-exists`, `definition-too-large`, `worker-refused`, `cancelled`. Whatever
 * happens, nothing half-written stays, no handle is left open, and the build does not go on on the worker.
 */
export async function solve(
  input: string | DockerfileInput | Definition,
  options: SolveOptions = {},
): Promise<SolveResult> {
  const signal = options.signal ?? new AbortController().signal;
  const recorder = new Recorder();
  const onEvent = (event: SolveEvent) => {
    recorder.record(event);
    options.onEvent?.(event);
  };
  let connection: Connection | undefined;
  try {
    const found = await discover({ addr: options.addr, tls: options.tls, signal });
    connection = new Connection(found);
    const worker = await readWorkerInfo(connection, signal);
    onEvent({ kind: "worker", worker });
    const { exporters, targets } = planExports(options, found.protocol);
    const inputs = isDefinition(input) ? undefined : await findInputs(input, options);
    const job: Job = {
      connection,
      session: {
        id: options.sessionId ?? newId(),
        sharedKey: inputs?.sharedKey ?? "",
        attach: (context: AttachableContext) => [
          fileSync({ sources: inputs?.sources ?? new Map() }, context),
          fileSend({ targets }, context),
        ],
      },
      what: workOf(input, options),
      frontendOptions: new Map([...(inputs?.frontendOptions ?? []), ...frontendOptions(options, found.protocol)]),
      exporters,
      entitlements: entitlementsOf(options),
      signal,
      onEvent,
    };
    const { ref, exporterResponse } = await runJob(job);
    return {
      worker,
      ref,
      digest: exporterResponse.get("containerimage.digest"),
      exporterResponse,
      timings: recorder.timings(),
    };
  } catch (error) {
    if (signal.aborted) throw new Failure("cancelled", "the build was cancelled", { cause: error });
    throw describeFailure(error, recorder);
  } finally {
    connection?.close();
  }
}

function workOf(input: string | DockerfileInput | Definition, options: SolveOptions): Work {
  if (isDefinition(input)) return definitionWork(input.bytes, options.maxParallelism);
  if (options.frontend !== undefined) return { kind: "frontend", frontend: options.frontend };
  throw new Error("not yet");
}

function entitlementsOf({ entitlements = [], network }: SolveOptions): readonly string[] {
  return network === "host" ? [...new Set([...entitlements, "network.host"])] : entitlements;
}

function isDefinition(input: string | DockerfileInput | Definition): input is Definition {
  return typeof input === "object" && "def" in input;
}
