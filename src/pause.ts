import { setTimeout } from "node:timers/promises";

/** Resolves after so many milliseconds; rejects with the signal's reason when it ends the wait. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted === true ? signal.reason : error;
  }
}
