import type { Command } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import type { AnalyzeFlags } from "./analyze-flags.ts";
import { addBuildFlags } from "./build-flags.ts";
import { addImageFlags, imageFlagsHelp } from "./image-flags.ts";

/** `llbc analyze [CONTEXT]`: how parallel a build is, where its time goes, and what would make it faster. */
export function addAnalyzeCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("analyze")
    .summary("show how parallel a build is, and what would make it faster")
    .description(
      "Show how parallel a build is: its critical path, what more workers would gain, a schedule of it, and changes of the Dockerfile that would make it faster, each with what it saves. Times are those of past builds, see llbc history, and else estimates by the kind of each step.",
    )
    .argument("[context]", "folder that the build reads, or a git or web address", ".");
  addImageFlags(addBuildFlags(command))
    .option("--workers <n>", "show the schedule of n workers (default: as many as give 95 % of what is possible)")
    .option("--last", "analyze the last build that was made instead of one to come")
    .option("--ref <ref>", "analyze this build: see llbc history ls")
    .option("--log <file>", "analyze the build of a log that docker buildx build --progress rawjson wrote")
    .option("--json", "print all of it as JSON, times in milliseconds")
    .option("--html <file>", "write all of it as a page to look at in a browser, instead")
    .option("--against <ref>", "show on the page what is different from this recorded build, or the file of a --json")
    .addHelpText("after", details)
    .action(async (context: string, flags: AnalyzeFlags) => {
      const { analyzeCommand } = await import("./analyze.ts");
      exit(await analyzeCommand(context, flags, terminal));
    });
}

const details = `${imageFlagsHelp}

A worker does one vertex at a time; of those that are ready, the one with the longest way still to go comes first.

Examples:
  llbc analyze .
  llbc analyze . --workers 4
  llbc analyze --last
  llbc analyze . --platform linux/amd64,linux/arm64 --target test
  llbc analyze . --json > analysis.json
  llbc analyze . --html page.html                beside the last build of the context, where there is one
  llbc analyze . --html page.html --against analysis.json
  llbc analyze --last --html page.html           the build as it ran beside the ideal schedule`;
