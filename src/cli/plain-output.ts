import { fstatSync, writeSync } from "node:fs";
import { errnoOf } from "../errno.ts";
import type { PlainOutput } from "./terminal.ts";

const standardOutput = 1;

/** Standard output of this process where it is a file or a pipe, undefined for anything else. */
export function plainOutput(): PlainOutput | undefined {
  const stats = fstatSync(standardOutput);
  return stats.isFile() || stats.isFIFO() ? { write } : undefined;
}

function write(bytes: Uint8Array): number {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(standardOutput, bytes, written);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    // A full pipe that does not wait, or a reader that went away: the stream knows what to do.
  }
  return written;
}
