import type { Command } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import { addBuildFlags } from "./build-flags.ts";
import type { ExplainFlags } from "./explain-flags.ts";
import { addImageFlags, imageFlagsHelp } from "./image-flags.ts";

/** `llbc explain [CONTEXT]`: what would run again in a build, or ran in one, and why. */
export function addExplainCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("explain")
    .summary("say which steps would run again, and why")
    .description(
      "Say of each step whether it would run if it were built now or come from the cache, and why it runs: which files changed, which argument or variable, which base image, which instruction, which step before it. What is cached is told from the builds in llbc history; the worker that made the last one is asked what it has removed since.",
    )
    .argument("[context]", "folder that the build reads, or a git or web address", ".");
  addImageFlags(addBuildFlags(command))
    .option("--against <ref>", "the build to compare with (default: the last one of the same context)")
    .option("--last", "explain the last build of the context instead of one to come")
    .option("--ref <ref>", "explain this build instead of one to come")
    .option("--offline", "do not ask the worker what its cache still holds")
    .option("--json", "print all of it as JSON")
    .addHelpText("after", details)
    .action(async (context: string, flags: ExplainFlags) => {
      const { explainCommand } = await import("./explain.ts");
      exit(await explainCommand(context, flags, terminal));
    });
}

const details = `${imageFlagsHelp}

A step whose input runs again may still be found, if what it copies turns out to be the same: that is said as "unless".

Examples:
  llbc explain .                                       before a build: what would run?
  llbc explain . --build-arg VERSION=2                 and with another argument?
  llbc explain --last                                  after it: why did that run?
  llbc explain . --against 2x9w                        compared with an older build: see llbc history ls
  llbc explain . --json | jq '.vertices[] | select(.outcome == "runs") | .name'`;
