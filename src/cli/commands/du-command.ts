import type { Command } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import { collect } from "./build-flags.ts";
import { addWorkerFlags, type DiskUsageFlags } from "./worker-flags.ts";

/** `llbc du`: what the worker's cache takes, as `docker buildx du` tells it. */
export function addDiskUsageCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("du")
    .summary("what the worker's cache takes")
    .description("Tell what the worker's cache takes, record by record, and how much of it can be removed.")
    .option("--filter <filter>", "only some records; see below", collect, [])
    .option("--verbose", "all that is known of each record")
    .addHelpText("after", details)
    .action(async (flags: DiskUsageFlags) => {
      const { diskUsageCommand } = await import("./du.ts");
      exit(await diskUsageCommand(flags, terminal));
    });
  addWorkerFlags(command);
}

export const filterHelp = `
Filters (--filter may be given several times; a record has to meet all of them):
  id=ID                 some of the id
  type=TYPE             regular, source.local, source.git.checkout, exec.cachemount, internal, frontend
  description~=REGEXP   what it is, such as the step that made it
  parents~=ID           what it is built on
  mutable, immutable, shared, private, inuse
!= stands for another value, ~= for a regular expression.`;

const details = `${filterHelp}

* behind an id: the record can change; behind a size: the bytes are those of an image, too.

Examples:
  llbc du
  llbc du --verbose --filter type=exec.cachemount
  llbc du --filter description~=npm
  llbc du --json | jq 'map(.size) | add'`;
