import { type Command, Option } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";
import { addBuildFlags, collectCommas } from "./build-flags.ts";
import { type CompileFlags, compileFormats } from "./compile-flags.ts";
import { addImageFlags, imageFlagsHelp } from "./image-flags.ts";

/** `llbc compile [CONTEXT]`: the definition that a build of the same flags would solve, and nothing built. */
export function addCompileCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("compile")
    .summary("compile a Dockerfile to LLB, without building it")
    .description(
      "Compile a Dockerfile to LLB: byte for byte what BuildKit's own frontend emits. Nothing is built.\nWithout --addr no worker is needed, and the definition is for one that can do everything, on linux/amd64.",
    )
    .argument("[context]", "folder that the build reads, or a git or web address", ".");
  addImageFlags(addBuildFlags(command))
    .option("--session-id <id>", "session that serves local folders (default: one made from this machine's name)")
    .option("--disable-cap <ids>", "LLB capabilities that the worker lacks, such as mergeop", collectCommas, [])
    .addOption(
      new Option("--format <format>", "pb for BuildKit, json or text for reading")
        .choices(compileFormats)
        .default("pb"),
    )
    .option("-o, --output <path>", "a file, a folder, or - for standard output (the default)")
    .option("--image-config <file>", "also write the config of the image that the build makes")
    .addHelpText("after", details)
    .action(async (context: string, flags: CompileFlags) => {
      const { compileCommand } = await import("./compile.ts");
      exit(await compileCommand(context, flags, terminal));
    });
}

const details = `
Into a folder go the definition and the image config of each platform, as linux_amd64.pb and
linux_amd64.config.json. Several platforms as pb need one; json and text hold all in one piece.
${imageFlagsHelp}

Examples:
  llbc compile . | buildctl build --local context=. --local dockerfile=. --output type=local,dest=out
  llbc compile . --images images.json -o app.pb --image-config app.config.json
  llbc compile . --platform linux/amd64,linux/arm64 --addr docker:// -o definitions/
  llbc compile . --target test --build-arg VERSION=1.2 --format text
  llbc compile -f - . < Dockerfile.generated | llbc dump`;
