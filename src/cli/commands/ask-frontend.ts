import { resolve } from "node:path";
import { fieldOf } from "../../solver/json-fields.ts";
import { solve } from "../../solver/solve.ts";
import { readBuildInput, sourceReader } from "../build-input.ts";
import { answerJson } from "../metadata-file.ts";
import type { Call } from "../parse/call.ts";
import { createProgress } from "../progress/create-progress.ts";
import { progressModeOf } from "../progress/progress-mode.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { writeOutputFile, writeStandardOutput } from "../write-output.ts";
import type { SolveFlags } from "./solve-flags.ts";
import { solveOptions } from "./solve-options.ts";

/** Has the worker's frontend, or the one that the Dockerfile names, answer a call, and prints what it says. */
export async function askFrontend(
  context: string,
  { method, format, ignoreStatus }: Call,
  flags: SolveFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const mode = progressModeOf(flags, terminal.env);
  const { options } = await solveOptions(context, flags, terminal);
  const input = await readBuildInput(context, flags.file, terminal);
  const progress = await createProgress(mode, terminal);
  const name = method === "check" ? "lint" : method;
  let answer: ReadonlyMap<string, string>;
  try {
    const { onStatus, onEvent } = progress;
    const asked = { ...options, call: name, onStatus, onEvent: onEvent.bind(progress), signal: terminal.signal };
    answer = (await solve(input, asked)).answer ?? new Map();
  } catch (error) {
    progress.end();
    const { printError } = await import("../print-error.ts");
    terminal.stderr.write("\n");
    return printError(error, terminal, sourceReader(context, flags.file, terminal, input));
  }
  progress.end();
  await writeStandardOutput(textOf(answer, name, format), terminal);
  if (flags.metadataFile !== undefined) {
    await writeOutputFile(resolve(terminal.cwd, flags.metadataFile), answerJson(answer));
  }
  return ignoreStatus || Number(answer.get("result.statuscode") ?? 0) === 0 ? 0 : 1;
}

function textOf(answer: ReadonlyMap<string, string>, name: string, format: Call["format"]): string {
  const json = answer.get("result.json");
  const text = answer.get("result.txt");
  if (format === "json" && json !== undefined) return `${json}\n`;
  if (text === undefined && json === undefined) {
    throw new UsageError(`--call ${name}: the frontend has no answer that could be shown.`);
  }
  return name === "lint" ? checkSummary(text ?? "", json) : (text ?? `${json}\n`);
}

/** What docker buildx says before and after the findings. */
function checkSummary(text: string, json = "{}"): string {
  const found: unknown = JSON.parse(json);
  const warnings = fieldOf(found, "warnings");
  const count = Array.isArray(warnings) ? warnings.length : 0;
  if (count > 0)
    return `Check complete, ${count} ${count === 1 ? "warning has" : "warnings have"} been found!\n${text}`;
  return fieldOf(found, "buildError") === undefined ? `${text}Check complete, no warnings found.\n` : text;
}
