import type { Command } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import { collect } from "./build-flags.ts";
import { filterHelp } from "./du-command.ts";
import { addWorkerFlags, type PruneFlags } from "./worker-flags.ts";

/** `llbc prune`: removes cache from the worker, with the flags of `docker buildx prune`. */
export function addPruneCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("prune")
    .summary("remove cache from the worker")
    .description("Remove what nothing needs of the worker's cache, all of it or down to a limit.")
    .option("-a, --all", "also internal records and those of frontends")
    .option("--filter <filter>", "only some records; see below", collect, [])
    .option("--reserved-space <size>", "so much cache may always stay, such as 10g")
    .option("--keep-storage <size>", "the older name of --reserved-space")
    .option("--max-used-space <size>", "so much cache may stay at most")
    .option("--min-free-space <size>", "remove until so much of the disk is free")
    .option("--verbose", "all that is known of each record that goes")
    .option("-f, --force", "do not ask")
    .addHelpText("after", details)
    .action(async (flags: PruneFlags) => {
      const { pruneCommand } = await import("./prune.ts");
      exit(await pruneCommand(flags, terminal));
    });
  addWorkerFlags(command);
}

const details = `${filterHelp}
  until=DURATION        not used for so long: 24h, 90m, 7d

Examples:
  llbc prune                                       asks, then removes what nothing needs
  llbc prune --force --filter until=72h            what was not used for three days
  llbc prune --force --reserved-space 10g          the oldest, until 10 GB are left
  llbc prune --force --min-free-space 50g          until 50 GB of the disk are free
  llbc prune --all --force                         everything
  llbc prune --force --filter type=exec.cachemount --filter description~=npm`;
