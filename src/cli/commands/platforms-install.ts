import { install, planInstall, readHost, uninstall } from "../emulation/emulation.ts";
import { parseMachines } from "../emulation/machine.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { writeStandardOutput } from "../write-output.ts";

/** `llbc platforms install LIST`. */
export async function installCommand(
  names: readonly string[],
  { dryRun }: { readonly dryRun?: true },
  terminal: Terminal,
): Promise<ExitCode> {
  const machines = parseMachines(names);
  if (machines.length === 0) throw new UsageError("Name what to install, such as arm64,riscv64.");
  const host = readHost();
  if (dryRun === true) await writeLines(await planInstall(machines, host, terminal.signal), terminal);
  else await install(machines, host, terminal);
  return 0;
}

/** `llbc platforms uninstall [LIST]`. */
export async function uninstallCommand(
  names: readonly string[],
  { dryRun }: { readonly dryRun?: true },
  terminal: Terminal,
): Promise<ExitCode> {
  const machines = names.length === 0 ? undefined : parseMachines(names);
  await writeLines(uninstall(machines, readHost(), dryRun === true), terminal);
  return 0;
}

function writeLines(lines: readonly string[], terminal: Terminal): Promise<void> {
  return writeStandardOutput(lines.map((line) => `${line}\n`).join(""), terminal);
}
