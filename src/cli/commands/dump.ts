import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { errnoOf, errnoText } from "../../errno.ts";
import { dump } from "../../llb/dump.ts";
import { unmarshal } from "../../llb/unmarshal.ts";
import { readStandardInput } from "../standard-input.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { DumpFlags } from "./dump-flags.ts";

/** `llbc dump`: reads a definition, verifies it, and prints it. */
export async function dumpCommand(file: string, { format }: DumpFlags, terminal: Terminal): Promise<ExitCode> {
  const bytes = file === "-" ? await readStandardInput(terminal) : await readDefinition(file, terminal);
  await writeStandardOutput(dump(unmarshal(bytes), format), terminal);
  return 0;
}

async function readDefinition(file: string, { cwd }: Terminal): Promise<Uint8Array> {
  try {
    return await readFile(resolve(cwd, file));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    throw new UsageError(`${file} cannot be read: ${errnoText(error)}.`);
  }
}
