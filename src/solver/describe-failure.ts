import { stepMessage } from "./buildkit/errors.ts";
import { RpcError } from "./buildkit/rpc-error.ts";
import { StepFailure } from "./failing-step.ts";
import type { Recorder } from "./recorder.ts";

/** Adds to the failure of a step what the events told of it: its name and the last lines that it wrote. */
export function describeFailure(error: unknown, recorder: Recorder): unknown {
  if (!(error instanceof StepFailure)) return error;
  const vertex = recorder.nameOf(error.step.vertex) === "" ? recorder.failedVertex() : error.step.vertex;
  if (vertex === undefined) return error;
  const { exitCode } = error.step;
  const name = recorder.nameOf(vertex);
  const words = error.cause instanceof RpcError ? error.cause.message : error.message;
  return new StepFailure(
    stepMessage(words, name, exitCode),
    { vertex, name, exitCode, lastLines: recorder.lastLines(vertex) },
    {
      cause: error.cause,
      ...(error.source === undefined ? {} : { source: error.source }),
      ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    },
  );
}
