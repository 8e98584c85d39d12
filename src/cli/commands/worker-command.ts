import type { Command } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import { addWorkerFlags, type WorkerFlags } from "./worker-flags.ts";

/** `llbc worker inspect`. */
export function addWorkerCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const worker = program
    .command("worker")
    .summary("the worker that builds")
    .description("Look at the worker that builds.")
    .addHelpText("after", details);
  const inspect = worker
    .command("inspect")
    .summary("what the worker is, runs, can do and keeps")
    .description(
      "Tell what the worker is: its version, what it runs and can do, and what its garbage collection keeps.",
    )
    .addHelpText("after", inspectDetails)
    .action(async (flags: WorkerFlags) => {
      const { inspectCommand } = await import("./worker-inspect.ts");
      exit(await inspectCommand(flags, terminal));
    });
  addWorkerFlags(inspect);
}

const details = `
Examples:
  llbc worker inspect
  llbc worker inspect --addr tcp://builder.example.com:1234`;

const inspectDetails = `
Garbage collection goes through its rules in order, and removes what a rule names until its limits are kept.

Examples:
  llbc worker inspect
  llbc worker inspect --addr unix:///run/buildkit/buildkitd.sock
  llbc worker inspect --json | jq '.workers[].gcPolicy'`;
