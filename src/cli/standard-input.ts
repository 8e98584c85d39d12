import { Failure } from "../failure.ts";
import type { Terminal } from "./terminal.ts";

type Input = Pick<Terminal, "stdin" | "signal">;

/** All of standard input. Rejects with a Failure `cancelled` when the user interrupts the wait for it. */
export async function readStandardInput(terminal: Input): Promise<Uint8Array> {
  // Most command lines read files.
  const { buffer } = await import("node:stream/consumers");
  try {
    return await buffer(await interruptible(terminal));
  } catch (error) {
    throw interrupted(error, terminal);
  }
}

/** Standard input with a look at its beginning. */
export interface OpenedInput {
  /** The first bytes, as many as were asked for; fewer where there are no more. */
  readonly start: Uint8Array;
  /** All of it, the start included; to be read once. Leaving it closes standard input. */
  readonly all: AsyncIterable<Uint8Array>;
}

/** Reads the first `size` bytes of standard input and leaves the rest to its reader. Rejects as `readStandardInput` does. */
export async function openStandardInput(terminal: Input, size: number): Promise<OpenedInput> {
  const stream = await interruptible(terminal);
  const chunks = stream[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < size) {
      const next: IteratorResult<Uint8Array> = await chunks.next();
      if (next.done === true) break;
      read.push(next.value);
      length += next.value.length;
    }
  } catch (error) {
    throw interrupted(error, terminal);
  }
  const start = Buffer.concat(read);
  const all = {
    [Symbol.asyncIterator]: () => ({
      next: nextOf(withStart(start, chunks, terminal)),
      // Also before the first piece was asked for, when a generator would not know what it holds.
      return: async () => {
        await chunks.return?.();
        return { done: true as const, value: undefined };
      },
    }),
  };
  return { start: start.subarray(0, size), all };
}

function nextOf<T>(iterator: AsyncIterator<T>): () => Promise<IteratorResult<T>> {
  return () => iterator.next();
}

async function* withStart(
  start: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
  terminal: Input,
): AsyncGenerator<Uint8Array> {
  try {
    yield start;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } catch (error) {
    throw interrupted(error, terminal);
  }
}

async function interruptible({ stdin, signal }: Input) {
  const { addAbortSignal } = await import("node:stream");
  return addAbortSignal(signal, stdin);
}

function interrupted(error: unknown, { signal }: Input): unknown {
  if (!signal.aborted) return error;
  return new Failure("cancelled", "interrupted while reading standard input", { cause: error });
}
