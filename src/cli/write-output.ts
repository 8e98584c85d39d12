import { mkdir } from "node:fs/promises";
import { errnoOf, errnoText } from "../errno.ts";
import { Failure } from "../failure.ts";
import { ExportError } from "../solver/buildkit/filesend/export-error.ts";
import { writeFile } from "../solver/buildkit/filesend/write-file.ts";
import type { Terminal } from "./terminal.ts";

/** Writes to standard output, and waits until it is taken. A reader that went away is no failure of ours. */
export function writeStandardOutput(content: Uint8Array | string, { stdout }: Terminal): Promise<void> {
  return new Promise((resolve) => {
    stdout.write(content, () => resolve());
  });
}

/** Writes a file that is there as a whole or not at all. Rejects with a Failure `export-failed`. */
export async function writeOutputFile(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await writeFile(path, once(typeof content === "string" ? Buffer.from(content) : content));
  } catch (error) {
    if (!(error instanceof ExportError)) throw error;
    throw unwritable(path, error.cause === undefined ? error.message : errnoText(error.cause), error);
  }
}

/** Makes a folder where there is none yet. Rejects with a Failure `export-failed`. */
export async function makeOutputFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw unwritable(path, errnoText(error), error);
  }
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

function unwritable(path: string, reason: string, cause: unknown): Failure {
  return new Failure("export-failed", `${path} cannot be written: ${reason}`, {
    cause,
    remedy: "Give another place, or make this one writable.",
  });
}
