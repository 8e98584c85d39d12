import { type Command, Option } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import { addFileFlag } from "./build-flags.ts";
import { inspectionFormats, type TargetsFlags } from "./inspection-flags.ts";

/** `llbc targets [CONTEXT]`: the stages that can be built, as `docker build --call=targets` tells them. */
export function addTargetsCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("targets")
    .summary("list the stages that can be built")
    .description(
      "List the stages of a Dockerfile with the descriptions from the comments above them. As docker build --call=targets.",
    )
    .argument("[context]", "folder with the Dockerfile", ".");
  addFileFlag(command)
    .addOption(
      new Option("--format <format>", "text, or json as BuildKit has it").choices(inspectionFormats).default("text"),
    )
    .addHelpText("after", details)
    .action(async (context: string, flags: TargetsFlags) => {
      const { targetsCommand } = await import("./targets.ts");
      exit(await targetsCommand(context, flags, terminal));
    });
}

const details = `
Examples:
  llbc targets .
  llbc targets -f docker/app.Dockerfile . --format json`;
