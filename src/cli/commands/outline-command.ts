import { type Command, Option } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import { addDockerfileFlags } from "./build-flags.ts";
import { addImageFlags, imageFlagsHelp } from "./image-flags.ts";
import { inspectionFormats, type OutlineFlags } from "./inspection-flags.ts";

/** `llbc outline [CONTEXT]`: what a target can be given, as `docker build --call=outline` tells it. */
export function addOutlineCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("outline")
    .summary("list what a target can be given")
    .description(
      "List what a target can be given: its build arguments with their values, secrets and SSH agents. As docker build --call=outline.",
    )
    .argument("[context]", "folder with the Dockerfile", ".");
  addImageFlags(addDockerfileFlags(command))
    .addOption(
      new Option("--format <format>", "text, or json as BuildKit has it").choices(inspectionFormats).default("text"),
    )
    .addHelpText("after", details)
    .action(async (context: string, flags: OutlineFlags) => {
      const { outlineCommand } = await import("./outline.ts");
      exit(await outlineCommand(context, flags, terminal));
    });
}

const details = `${imageFlagsHelp}

Examples:
  llbc outline .
  llbc outline . --target test --build-arg VERSION=1.2
  llbc outline . --format json`;
