import { type Command, Option } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import { addDockerfileFlags } from "./build-flags.ts";
import { addImageFlags, imageFlagsHelp } from "./image-flags.ts";
import { type CheckFlags, inspectionFormats } from "./inspection-flags.ts";

/** `llbc check [CONTEXT]`: the lint rules, as `docker build --check` runs them. */
export function addCheckCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("check")
    .summary("check a Dockerfile by BuildKit's lint rules")
    .description(
      "Check a Dockerfile by BuildKit's lint rules, as docker build --check does: all stages, or with --target those that it needs.\nEnds with 1 if there is anything to say.",
    )
    .argument("[context]", "folder with the Dockerfile", ".");
  addImageFlags(addDockerfileFlags(command))
    .option("--check <options>", "in place of the check directive: skip=RULES;error=true;experimental=RULES")
    .addOption(
      new Option("--format <format>", "text, or json as BuildKit has it").choices(inspectionFormats).default("text"),
    )
    .option("--ignore-status", "end with 0 whatever is found")
    .addHelpText("after", details)
    .action(async (context: string, flags: CheckFlags) => {
      const { checkCommand } = await import("./check.ts");
      exit(await checkCommand(context, flags, terminal));
    });
}

const details = `${imageFlagsHelp}

Examples:
  llbc check .
  llbc check -f docker/app.Dockerfile . --target test
  llbc check . --check 'skip=JSONArgsRecommended,StageNameCasing;error=true'
  llbc check . --format json --ignore-status > check.json
  llbc check -f - . < Dockerfile.generated`;
