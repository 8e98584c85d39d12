import { Failure, type FailureOptions } from "../failure.ts";

/** What is known of a step that failed. */
export interface FailedStep {
  /** Empty where the worker does not say. */
  readonly vertex: string;
  /** The step's name in the definition; empty until the vertex is known. */
  readonly name: string;
  /** The process's; absent when something else than a process failed. */
  readonly exitCode?: number | undefined;
  /** The last lines that it wrote, the newest last. */
  readonly lastLines: readonly string[];
}

/** A step of the build failed on the worker: a Failure `step-failed`, with Dockerfile lines in `source` if known. */
export class StepFailure extends Failure {
  override readonly name = "StepFailure";
  readonly step: FailedStep;

  constructor(message: string, step: FailedStep, options: FailureOptions = {}) {
    super("step-failed", message, options);
    this.step = step;
  }
}
