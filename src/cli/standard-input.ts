import { Failure } from "../failure.ts";
import type { Terminal } from "./terminal.ts";

/** All of standard input. Rejects with a Failure `cancelled` when the user interrupts the wait for it. */
export async function readStandardInput({ stdin, signal }: Terminal): Promise<Uint8Array> {
  // Most command lines read files.
  const [{ addAbortSignal }, { buffer }] = await Promise.all([import("node:stream"), import("node:stream/consumers")]);
  try {
    return await buffer(addAbortSignal(signal, stdin));
  } catch (error) {
    if (signal.aborted) throw new Failure("cancelled", "interrupted while reading standard input", { cause: error });
    throw error;
  }
}
