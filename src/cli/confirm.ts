import { createInterface } from "node:readline/promises";
import { Failure } from "../failure.ts";
import type { Terminal } from "./terminal.ts";
import { UsageError } from "./usage-error.ts";

/** Asks whoever sits at the terminal. Rejects with a Failure `cancelled` at an interrupt. */
export async function confirm(question: string, { stdin, stderr, signal }: Terminal): Promise<boolean> {
  const reader = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await reader.question(`${question} [y/N] `, { signal });
    return /^\s*y(es)?\s*$/i.test(answer);
  } catch (error) {
    if (signal.aborted) throw new Failure("cancelled", "interrupted", { cause: error });
    throw error;
  } finally {
    reader.close();
  }
}

/** Throws a UsageError where nobody sits at a terminal, naming the flag that stands for yes. */
export function requireTerminal(flag: string, { stdin }: Terminal): void {
  if ("isTTY" in stdin && stdin.isTTY === true) return;
  throw new UsageError(`Nobody is there to confirm this: give ${flag} where no terminal is.`);
}
