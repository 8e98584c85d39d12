import type { Command } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import type { HistoryFlags, ImportFlags } from "./history-flags.ts";

/** `llbc history ls|show|rm|import`: the builds that were recorded on this machine. */
export function addHistoryCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const history = program
    .command("history")
    .summary("the builds of this machine")
    .description("The builds of this machine: how long each step took, what ran and what was cached.")
    .addHelpText("after", details);
  history
    .command("ls")
    .summary("list the builds that are recorded")
    .description("List the builds that are recorded, the newest first.")
    .option("--json", "print them as JSON")
    .addHelpText("after", listDetails)
    .action(async (flags: HistoryFlags) => {
      const { historyListCommand } = await import("./history.ts");
      exit(await historyListCommand(flags, terminal));
    });
  history
    .command("show")
    .summary("tell what each step of a build did")
    .description("Tell what each step of a build did and how long it took; of the last one where none is named.")
    .argument("[ref]", "the id of the build, or its beginning")
    .option("--logs", "print the last lines that each step wrote, not only those of a step that failed")
    .option("--json", "print all that is recorded as JSON")
    .addHelpText("after", showDetails)
    .action(async (ref: string | undefined, flags: HistoryFlags) => {
      const { historyShowCommand } = await import("./history.ts");
      exit(await historyShowCommand(ref, flags, terminal));
    });
  history
    .command("rm")
    .summary("forget builds")
    .description("Forget builds. What they built, and the worker's cache, stay.")
    .argument("[refs...]", "ids of builds, or their beginnings")
    .option("--all", "forget all of them")
    .option("--json", "print the ids of what was removed as JSON")
    .addHelpText("after", removeDetails)
    .action(async (refs: readonly string[], flags: HistoryFlags) => {
      const { historyRemoveCommand } = await import("./history.ts");
      exit(await historyRemoveCommand(refs, flags, terminal));
    });
  history
    .command("import")
    .summary("record builds that llbc did not make")
    .description("Record builds that llbc did not make: from logs of their progress, or from a worker's own history.")
    .argument("[logs...]", "files that docker buildx build --progress rawjson wrote")
    .option("--worker [ref]", "all builds that the worker remembers, or the one with this id")
    .option("--addr <address>", "the worker: unix://, tcp:// or docker://unix://… (default: found as for a build)")
    .option("--builder <name>", "a builder of docker buildx, or a docker context, by name")
    .option("--json", "print what was recorded as JSON")
    .addHelpText("after", importDetails)
    .action(async (logs: readonly string[], flags: ImportFlags) => {
      const { historyImportCommand } = await import("./history-import.ts");
      exit(await historyImportCommand(logs, flags, terminal));
    });
}

const details = `
Every llbc solve is recorded, but for those with --no-record: its graph, when each vertex began and ended and whether it
came from the cache, hashes of the files and values that it read, and the last lines that each step wrote, but for steps
that are given a secret. Contents, values of build arguments and secrets are not. Records lie in
$XDG_STATE_HOME/llbc/history (~/.local/state), readable for you alone; the newest 200 are kept.

Examples:
  llbc history ls
  llbc history show
  llbc history show --logs
  llbc history show --json | jq '.vertices[] | select(.state == "completed") | .name'
  llbc history rm --all
  docker buildx build --progress rawjson . 2> build.log; llbc history import build.log
  llbc history import --worker`;

const listDetails = `
Examples:
  llbc history ls
  llbc history ls --json | jq -r '.[0].ref'`;

const showDetails = `
Examples:
  llbc history show
  llbc history show 2x9w --logs
  llbc history show --json | jq '.vertices[] | select(.state == "completed") | .name'`;

const removeDetails = `
Examples:
  llbc history rm 2x9w
  llbc history rm --all`;

const importDetails = `
Examples:
  docker buildx build --progress rawjson . 2> build.log; llbc history import build.log
  llbc history import --worker --addr docker://
  llbc analyze --ref 2x9w                       what was imported is analysed as any other build`;
