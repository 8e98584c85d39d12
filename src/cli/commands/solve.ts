import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import type { SolveEvent } from "../../solver/events.ts";
import { solve } from "../../solver/solve.ts";
import type { DockerfileInput, SolveOptions, SolveResult } from "../../solver/solve-options.ts";
import { parseAssignments } from "../parse/assignments.ts";
import { parseOutput } from "../parse/outputs.ts";
import { parseSize } from "../parse/size.ts";
import { printError, printWarnings } from "../print-error.ts";
import { printResult } from "../print-result.ts";
import { createProgress } from "../progress/create-progress.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import type { SolveFlags } from "./solve-flags.ts";

/** `llbc solve`: builds, with progress on standard error, and says at the end what came of it. */
export async function solveCommand(context: string, flags: SolveFlags, terminal: Terminal): Promise<ExitCode> {
  const input = await readInput(context, flags, terminal);
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
    return printError(error, terminal, sourceReader(context, flags, terminal, input));
  }
  progress.end();
  printWarnings(warnings, terminal);
  printResult(result, options.outputs ?? [], terminal);
  return 0;
}

async function readInput(context: string, flags: SolveFlags, terminal: Terminal): Promise<string | DockerfileInput> {
  if (context === "-") {
    if (flags.file === "-") throw new UsageError("Standard input cannot be both the context and the Dockerfile.");
    return { source: await buffer(terminal.stdin), filename: "Dockerfile" };
  }
  if (flags.file !== "-") return isRemote(context) ? context : resolve(terminal.cwd, context);
  return {
    source: await buffer(terminal.stdin),
    filename: "Dockerfile",
    context: isRemote(context) ? context : resolve(terminal.cwd, context),
  };
}

function solveOptions(context: string, flags: SolveFlags, terminal: Terminal): SolveOptions {
  const file = flags.file;
  return {
    dockerfile: file === undefined || file === "-" ? undefined : isRemote(context) ? file : resolve(terminal.cwd, file),
    target: flags.target,
    buildArgs: parseAssignments("--build-arg", flags.buildArg, terminal.env),
    labels: parseAssignments("--label", flags.label),
    platforms: flags.platform,
    namedContexts: parseAssignments("--build-context", flags.buildContext),
    noCache: !flags.cache,
    noCacheFilter: flags.noCacheFilter,
    addHosts: flags.addHost,
    network: flags.network,
    ulimits: flags.ulimit,
    shmSize: flags.shmSize === undefined ? undefined : parseSize("--shm-size", flags.shmSize),
    cgroupParent: flags.cgroupParent,
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

/** The texts that carets point into: the Dockerfile by the name that diagnostics give it. */
function sourceReader(
  context: string,
  flags: SolveFlags,
  terminal: Terminal,
  input: string | DockerfileInput,
): (name: string) => Promise<Uint8Array | undefined> {
  return async (name) => {
    if (typeof input !== "string") return typeof input.source === "string" ? Buffer.from(input.source) : input.source;
    const file =
      flags.file === undefined ? join(resolve(terminal.cwd, context), "Dockerfile") : resolve(terminal.cwd, flags.file);
    if (basename(file) !== basename(name)) return undefined;
    return readFile(file).catch(() => undefined);
  };
}

/** BuildKit's own rule: an address with a scheme, a scp-like git address, or a well-known git host is not a folder. */
function isRemote(context: string): boolean {
  return /^(https?:\/\/|git:\/\/|ssh:\/\/|git@|github\.com\/)/.test(context);
}
