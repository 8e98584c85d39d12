import type { SolveEvent } from "../../solver/events.ts";
import { solve } from "../../solver/solve.ts";
import type { SolveOptions, SolveResult } from "../../solver/solve-options.ts";
import { dockerfilePath, readBuildInput, sourceReader } from "../build-input.ts";
import { parseOutput } from "../parse/outputs.ts";
import { printError, printWarnings } from "../print-error.ts";
import { printResult } from "../print-result.ts";
import { createProgress } from "../progress/create-progress.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { buildOptions } from "./build-flags.ts";
import type { SolveFlags } from "./solve-flags.ts";

/** `llbc solve`: builds, with progress on standard error, and says at the end what came of it. */
export async function solveCommand(context: string, flags: SolveFlags, terminal: Terminal): Promise<ExitCode> {
  const input = await readBuildInput(context, flags.file, terminal);
  const options = solveOptions(context, flags, terminal);
  const progress = createProgress(flags.progress, terminal.stderr);
  const warnings: Extract<SolveEvent, { kind: "warning" }>[] = [];
  const onEvent = (event: SolveEvent): void => {
    if (event.kind === "warning") warnings.push(event);
    progress.onEvent(event);
  };
  let result: SolveResult;
  try {
    result = await solve(input, { ...options, onEvent, signal: terminal.signal });
  } catch (error) {
    progress.end();
    printWarnings(warnings, terminal);
    terminal.stderr.write("\n");
    return printError(error, terminal, sourceReader(context, flags.file, terminal, input));
  }
  progress.end();
  printWarnings(warnings, terminal);
  printResult(result, options.outputs ?? [], terminal);
  return 0;
}

function solveOptions(context: string, flags: SolveFlags, terminal: Terminal): SolveOptions {
  return {
    ...buildOptions(flags, terminal),
    dockerfile: dockerfilePath(context, flags.file, terminal),
    tags: flags.tag,
    outputs: [
      ...flags.output.map((text) => parseOutput(text, terminal)),
      ...(flags.load === true ? [{ type: "docker" as const }] : []),
    ],
    push: flags.push,
    addr: flags.addr,
    maxParallelism: flags.maxParallelism,
  };
}
