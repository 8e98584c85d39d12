import type { Failure } from "../failure.ts";
import { pause } from "../pause.ts";

/** Thrown for what may go better the next time. */
export class TryAgain extends Error {
  override readonly name = "TryAgain";
  /** What it is if it does not. */
  readonly failure: Failure;
  /** How long the server wants to be left alone, milliseconds. */
  readonly after: number;

  constructor(failure: Failure, after = 0) {
    super(failure.message);
    this.failure = failure;
    this.after = after;
  }
}

/** No build waits longer than this for one answer, milliseconds. */
export const longestWait = 30_000;

/**
 * Does something until it does not reject with TryAgain, as often as there are waits (milliseconds) and once more; a
 * server's own wish for a longer wait is heeded up to `longestWait`. Then the failure within is what it rejects with.
 * The signal ends a wait.
 */
export async function withRetries<T>(
  waits: readonly number[],
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error;
      const wait = waits[attempt];
      if (wait === undefined || error.after > longestWait) throw error.failure;
      await pause(Math.max(wait, error.after), signal);
    }
  }
}
