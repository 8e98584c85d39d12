import type { Range } from "./range.ts";

/** The kinds of failure that a correct program can meet. */
export type FailureCode =
  | "worker-unreachable"
  | "worker-refused"
  | "platform-unsupported"
  | "capability-missing"
  | "image-unresolved"
  | "auth-refused"
  | "context-unreadable"
  | "context-changed"
  | "step-failed"
  | "not-cached"
  | "export-failed"
  | "output-exists"
  | "definition-invalid"
  | "definition-too-large"
  | "usage"
  | "cancelled";

/** Where in a Dockerfile a failure comes from. */
export interface FailureSource {
  readonly filename: string;
  readonly text?: Uint8Array;
  /** The `pb.Definition` message that loads it on the worker. */
  readonly definition?: Uint8Array;
  readonly ranges: readonly Range[];
}

/** What a {@link Failure} tells besides its code and message. */
export interface FailureOptions {
  /** What the user can do about it, as one sentence. */
  readonly remedy?: string;
  readonly source?: FailureSource;
  readonly cause?: unknown;
}

/**
 * A failure of the world around a build (no worker, auth refused, a step exited 1, cancelled): never about the text
 * of a Dockerfile (that is a Diagnostic) and never a bug (that is any other Error).
 */
export class Failure extends Error {
  override readonly name: string = "Failure";
  readonly code: FailureCode;
  readonly remedy: string | undefined;
  readonly source: FailureSource | undefined;

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.source = options.source;
  }
}
