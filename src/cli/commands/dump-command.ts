import { type Command, Option } from "commander";
import type { DumpFormat } from "../../llb/dump.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import type { DumpFlags } from "./dump-flags.ts";

const formats: readonly DumpFormat[] = ["text", "json", "dot"];

/** `llbc dump [FILE]`: an LLB definition for reading. */
export function addDumpCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  program
    .command("dump")
    .summary("show an LLB definition")
    .description(
      "Show an LLB definition, whoever made it: llbc, buildctl, docker buildx or another tool. It is verified, and refused with the reason if it is broken.",
    )
    .argument("[file]", "the definition; - reads it from standard input", "-")
    .addOption(new Option("--format <format>", "how to show it").choices(formats).default("text"))
    .addHelpText("after", details)
    .action(async (file: string, flags: DumpFlags) => {
      const { dumpCommand } = await import("./dump.ts");
      exit(await dumpCommand(file, flags, terminal));
    });
}

const details = `
Examples:
  llbc dump app.pb
  llbc compile . | llbc dump
  llbc dump app.pb --format dot | dot -Tsvg > app.svg
  llbc dump app.pb --format json | jq '.ops[].op.exec.meta.args'`;
