import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import type { SolveEvent, WarningEvent } from "../../solver/events.ts";
import { solve } from "../../solver/solve.ts";
import type { SolveOptions, SolveOutput, SolveResult } from "../../solver/solve-options.ts";
import { dockerfilePath, readBuildInput, sourceReader } from "../build-input.ts";
import { imageId, metadataJson } from "../metadata-file.ts";
import { parseAttestations } from "../parse/attestations.ts";
import { parseCaches } from "../parse/caches.ts";
import { parseCall } from "../parse/call.ts";
import { parseEntitlements } from "../parse/entitlements.ts";
import { parseBoolean } from "../parse/key-values.ts";
import { parseOutput } from "../parse/outputs.ts";
import { parseSecrets } from "../parse/secrets.ts";
import { readSourcePolicy } from "../parse/source-policy.ts";
import { parseSsh } from "../parse/ssh.ts";
import { printResult } from "../print-result.ts";
import { createProgress } from "../progress/create-progress.ts";
import { type ProgressMode, progressModeOf } from "../progress/progress-mode.ts";
import { keepDurations, readDurations } from "../step-durations.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { writeOutputFile, writeStandardOutput } from "../write-output.ts";
import { buildOptions } from "./build-flags.ts";
import type { SolveFlags } from "./solve-flags.ts";

/** `llbc solve`: builds, with progress on standard error, and says at the end what came of it. */
export async function solveCommand(context: string, flags: SolveFlags, terminal: Terminal): Promise<ExitCode> {
  const call = parseCall(flags.check === true ? "check" : flags.call);
  if (call.method !== "build") {
    const { callCommand } = await import("./call.ts");
    return callCommand(context, call, flags, terminal);
  }
  const options = await solveOptions(context, flags, terminal);
  const mode = progressModeOf(flags, terminal.env);
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
  const onEvent = (event: SolveEvent): void => {
    if (event.kind === "warning") warnings.push(event);
    progress.onEvent(event);
  };
  let result: SolveResult;
  try {
    result = await solve(input, {
      ...options,
      onEvent,
      onStatus: progress.onStatus,
      sizes: isForPeople(mode),
      signal: terminal.signal,
    });
  } catch (error) {
    progress.end();
    const { printCauses, printError } = await import("../print-error.ts");
    if (isForPeople(mode)) await showWarnings(warnings, terminal);
    terminal.stderr.write("\n");
    const code = await printError(error, terminal, sourceReader(context, flags.file, terminal, input));
    if (flags.debug === true) printCauses(error, terminal);
    return code;
  }
  progress.end();
  await writeResultFiles(result, flags, terminal);
  if (mode === "quiet") await writeStandardOutput(`${imageId(result.exporterResponse)}\n`, terminal);
  if (isForPeople(mode)) {
    await showWarnings(warnings, terminal);
    await printResult(result, options.outputs ?? [], terminal, await readDurations(terminal));
  }
  await keepDurations(result.timings, terminal);
  return 0;
}

async function showWarnings(warnings: readonly WarningEvent[], terminal: Terminal): Promise<void> {
  if (warnings.length === 0) return;
  const { printWarnings } = await import("../print-error.ts");
  printWarnings(warnings, terminal);
}

async function solveOptions(context: string, flags: SolveFlags, terminal: Terminal): Promise<SolveOptions> {
  return {
    ...buildOptions(flags, terminal),
    dockerfile: dockerfilePath(context, flags.file, terminal),
    tags: flags.tag,
    outputs: outputsOf(flags, terminal),
    push: flags.push,
    pull: flags.pull,
    secrets: await parseSecrets(flags.secret, terminal),
    ssh: parseSsh(flags.ssh, context),
    cacheFrom: parseCaches("--cache-from", flags.cacheFrom),
    cacheTo: parseCaches("--cache-to", flags.cacheTo),
    attestations: parseAttestations(flags, terminal.env),
    annotations: flags.annotation.filter((annotation) => annotation !== ""),
    sourcePolicy: await readSourcePolicy(flags.sourcePolicyFile, terminal),
    entitlements: parseEntitlements(flags.allow),
    addr: flags.addr,
    builder: flags.builder,
    maxParallelism: flags.maxParallelism,
  };
}

function outputsOf({ output, load, push }: SolveFlags, terminal: Terminal): readonly SolveOutput[] {
  const outputs = output.filter((text) => text !== "").map((text) => parseOutput(text, terminal));
  const isLoaded = outputs.some(({ type, dest }) => type === "docker" && dest === undefined);
  if (load === true && !isLoaded) return [...outputs, { type: "docker" }];
  if (outputs.length > 0 || push === true) return outputs;
  const keepsNothing = parseBoolean(terminal.env.BUILDX_NO_DEFAULT_LOAD ?? "") === true;
  return keepsNothing ? [{ type: "cacheonly" }] : [];
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
  { cwd }: Terminal,
): Promise<void> {
  if (iidfile !== undefined) await writeOutputFile(resolve(cwd, iidfile), imageId(result.exporterResponse));
  if (metadataFile !== undefined) await writeOutputFile(resolve(cwd, metadataFile), metadataJson(result));
}
