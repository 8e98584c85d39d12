import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { Diagnostic } from "../../diagnostic.ts";
import { errnoOf } from "../../errno.ts";
import type { Compilation } from "../../graph/compilation.ts";
import { redacter } from "../../graph/history/redact.ts";
import { openHistory } from "../../history/open-history.ts";
import type { SolveEvent, WarningEvent } from "../../solver/events.ts";
import { fieldOf } from "../../solver/json-fields.ts";
import { solve } from "../../solver/solve.ts";
import type { ContextInput, SolveOptions, SolveResult } from "../../solver/solve-options.ts";
import { readBuildInput, sourceReader } from "../build-input.ts";
import { hashByNode } from "../first-hashes.ts";
import { imageId, metadataJson } from "../metadata-file.ts";
import { parseCall } from "../parse/call.ts";
import { parseBoolean } from "../parse/key-values.ts";
import { printResult } from "../print-result.ts";
import { createProgress } from "../progress/create-progress.ts";
import { type ProgressMode, progressModeOf } from "../progress/progress-mode.ts";
import { isStep, recordedDurations, type StepDurations } from "../step-durations.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { writeOutputFile, writeStandardOutput } from "../write-output.ts";
import type { SolveFlags } from "./solve-flags.ts";
import { solveOptions } from "./solve-options.ts";

/** `llbc solve`: builds, with progress on standard error, and says at the end what came of it. */
export async function solveCommand(context: string, flags: SolveFlags, terminal: Terminal): Promise<ExitCode> {
  const call = parseCall(flags.check === true ? "check" : (flags.print ?? flags.call));
  if (call.method !== "build") {
    const { callCommand } = await import("./call.ts");
    return callCommand(context, call, flags, terminal);
  }
  const mode = progressModeOf(flags, terminal.env);
  hashByNode();
  const { options, warnings: heard } = await solveOptions(context, flags, terminal);
  if (isForPeople(mode)) for (const text of heard) terminal.stderr.write(`warning: ${text}\n`);
  checkResultFiles(flags, options);
  if (flags.dryRun === true) {
    const { dryRunCommand } = await import("./dry-run.ts");
    return dryRunCommand(context, flags, options, terminal);
  }
  const input = await readBuildInput(context, flags.file, terminal);
  // Whoever reads it after a build that failed must not find that of an earlier one.
  if (flags.iidfile !== undefined) await rm(resolve(terminal.cwd, flags.iidfile), { force: true });
  const progress = await createProgress(mode, terminal);
  const warnings: WarningEvent[] = [];
  let found: readonly Diagnostic[] = [];
  const toldWarnings: unknown[] = [];
  let durations: Promise<StepDurations> | undefined;
  const onEvent = (event: SolveEvent): void => {
    if (event.kind === "warning") warnings.push(event);
    // Read while the worker is not done yet, and told of when it is.
    if (event.kind === "cached" && isForPeople(mode) && durations === undefined) {
      durations = pastDurations(input, terminal);
      durations.catch(() => {});
    }
    progress.onEvent(event);
  };
  const problems: string[] = [];
  const onProblem = (problem: string): void => void problems.push(problem);
  let result: SolveResult;
  try {
    const onStatus = statusReader(progress.onStatus, keepsWarnings(flags, terminal) ? toldWarnings : undefined);
    const { signal } = terminal;
    const onCompiled = ({ diagnostics }: Compilation): void => {
      found = diagnostics;
    };
    const told = { ...options, onCompiled, onEvent, onStatus, sizes: isForPeople(mode), signal };
    result = await (flags.record ? recorded(input, told, onProblem, terminal) : solve(input, told));
  } catch (error) {
    progress.end();
    const { printCauses, printError } = await import("../print-error.ts");
    if (isForPeople(mode)) await showWarnings(warnings, found, terminal);
    terminal.stderr.write("\n");
    const code = await printError(error, terminal, sourceReader(context, flags.file, terminal, input));
    if (flags.debug === true) printCauses(error, terminal);
    return code;
  }
  progress.end();
  await writeResultFiles(result, flags, toldWarnings, terminal);
  if (mode === "quiet") await writeStandardOutput(`${imageId(result.exporterResponse)}\n`, terminal);
  if (isForPeople(mode)) {
    await showWarnings(warnings, found, terminal);
    const clear = redacter(options.buildArgs ?? {});
    const known = hasCachedStep(result) ? await (durations ?? pastDurations(input, terminal)) : undefined;
    await printResult(result, options.outputs ?? [], terminal, known, clear);
    for (const problem of problems) terminal.stderr.write(`note: ${problem}\n`);
  }
  return 0;
}

function hasCachedStep({ timings }: SolveResult): boolean {
  return timings.some(({ state, name }) => state === "cached" && isStep(name));
}

/** What steps took in the builds that are recorded; nothing where they cannot be read. */
async function pastDurations(input: ContextInput, terminal: Terminal): Promise<StepDurations> {
  const { contextName } = await import("../../history/context-name.ts");
  const { recentRecords } = await import("../../history/recent-records.ts");
  try {
    return recordedDurations(await recentRecords(openHistory(terminal), contextName(input)));
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return new Map();
  }
}

/** The history need not be loaded where nothing is recorded. */
async function recorded(
  input: ContextInput,
  options: SolveOptions,
  onProblem: (problem: string) => void,
  terminal: Terminal,
): Promise<SolveResult> {
  const { recordBuild } = await import("../../history/record-build.ts");
  return recordBuild(openHistory(terminal), input, options, { onProblem, run: solve });
}

async function showWarnings(
  warnings: readonly WarningEvent[],
  found: readonly Diagnostic[],
  terminal: Terminal,
): Promise<void> {
  if (warnings.length === 0) return;
  const { printWarnings } = await import("../print-error.ts");
  printWarnings(warnings, terminal, found);
}

function keepsWarnings({ metadataFile }: SolveFlags, { env }: Terminal): boolean {
  return metadataFile !== undefined && parseBoolean(env.BUILDX_METADATA_WARNINGS ?? "") === true;
}

/** Keeps the warnings of a build as the worker tells them, in BuildKit's own JSON; undefined where nobody reads that. */
function statusReader(next: SolveOptions["onStatus"], warnings: unknown[] | undefined): SolveOptions["onStatus"] {
  if (warnings === undefined) return next;
  return (json) => {
    const told = fieldOf(JSON.parse(json), "warnings");
    if (Array.isArray(told)) warnings.push(...told);
    next?.(json);
  };
}

function isForPeople(mode: ProgressMode): boolean {
  return mode === "auto" || mode === "tty" || mode === "plain";
}

function checkResultFiles({ iidfile, quiet }: SolveFlags, { outputs = [] }: SolveOptions): void {
  const files = outputs.find(({ type }) => type === "local" || type === "tar");
  if (iidfile !== undefined && files !== undefined) {
    throw new UsageError(`--iidfile ${iidfile}: an output of type ${files.type} is no image and has no digest.`);
  }
  if (quiet === true && outputs.some(({ dest }) => typeof dest === "object")) {
    throw new UsageError("--quiet prints the digest to standard output, where an archive is written already.");
  }
}

async function writeResultFiles(
  result: SolveResult,
  { iidfile, metadataFile }: SolveFlags,
  warnings: readonly unknown[],
  { cwd }: Terminal,
): Promise<void> {
  if (iidfile !== undefined) await writeOutputFile(resolve(cwd, iidfile), imageId(result.exporterResponse));
  if (metadataFile !== undefined) await writeOutputFile(resolve(cwd, metadataFile), metadataJson(result, warnings));
}
