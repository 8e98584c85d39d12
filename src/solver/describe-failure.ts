import { Failure } from "../failure.ts";
import type { Definition } from "../llb/definition.ts";
import { stepMessage } from "./buildkit/errors.ts";
import { RpcError } from "./buildkit/rpc-error.ts";
import { StepFailure } from "./failing-step.ts";
import { joinErrors, ManyFailures } from "./many-failures.ts";
import type { Recorder } from "./recorder.ts";
import { stepRemedy } from "./step-remedy.ts";
import { sourceOfVertex } from "./vertex-source.ts";

/**
 * Adds to the failure of a step what the worker's answer does not say: from the events, its name and the last lines that
 * it wrote; from the definitions, its Dockerfile lines. Other errors stay as they are.
 */
export function describeFailure(error: unknown, recorder: Recorder, definitions: readonly Definition[]): unknown {
  if (error instanceof ManyFailures) {
    const [first, ...others] = error.failures.map((each) => describeFailure(each, recorder, definitions));
    return first === undefined ? error : joinErrors([first, ...others]);
  }
  if (!(error instanceof StepFailure)) return isGivenUp(error) ? givenUp(error) : error;
  const { exitCode } = error.step;
  const vertex = recorder.nameOf(error.step.vertex) === "" ? recorder.failedVertex() : error.step.vertex;
  if (vertex === undefined) return error;
  const name = recorder.nameOf(vertex);
  const words = error.cause instanceof RpcError ? error.cause.message : error.message;
  const source = error.source ?? sourceOfVertex(definitions, vertex, name);
  const lastLines = recorder.lastLines(vertex);
  const remedy = error.remedy ?? stepRemedy({ exitCode, message: words, lastLines });
  return new StepFailure(
    stepMessage(words, name, exitCode),
    { vertex, name, exitCode, lastLines },
    {
      cause: error.cause,
      ...(source === undefined ? {} : { source }),
      ...(remedy === undefined ? {} : { remedy }),
    },
  );
}

/** Nobody here cancelled: that is told apart before. */
function isGivenUp(error: unknown): error is Failure {
  return error instanceof Failure && error.code === "cancelled";
}

function givenUp(error: Failure): Failure {
  return new Failure("worker-unreachable", "the worker gave the build up before its end", {
    remedy: "See whether the worker was stopped or restarted, and build again: what was done is in its cache.",
    cause: error.cause,
  });
}
