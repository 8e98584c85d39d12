import { Failure } from "../failure.ts";
import { StepFailure } from "./failing-step.ts";

/** Several failures of one build that went on as far as it could: each is told, the first gives the code. */
export class ManyFailures extends Failure {
  override readonly name = "ManyFailures";
  readonly failures: readonly Failure[];

  constructor(failures: readonly [Failure, ...Failure[]]) {
    super(failures[0].code, failures.map(({ message }) => message).join("\n"), { cause: failures[0] });
    this.failures = failures;
  }
}

/**
 * What to throw for what went wrong side by side: the one error that there is, or all of them. What is no Failure is a
 * bug, and comes alone.
 */
export function joinErrors(errors: readonly [unknown, ...unknown[]]): unknown {
  const failures: Failure[] = [];
  for (const error of errors) {
    if (!(error instanceof Failure)) return error;
    // Steps that need the same one fail with it.
    if (!failures.some((other) => isSame(other, error))) failures.push(error);
  }
  const [first, ...others] = failures;
  return first === undefined || others.length === 0 ? first : new ManyFailures([first, ...others]);
}

function isSame(a: Failure, b: Failure): boolean {
  if (a instanceof StepFailure && b instanceof StepFailure && a.step.vertex !== b.step.vertex) return false;
  return a.code === b.code && a.message === b.message;
}
