import { Command, CommanderError, Help } from "commander";
import { addAnalyzeCommand } from "./commands/analyze-command.ts";
import { addCheckCommand } from "./commands/check-command.ts";
import { addCompileCommand } from "./commands/compile-command.ts";
import { addDiskUsageCommand } from "./commands/du-command.ts";
import { addDumpCommand } from "./commands/dump-command.ts";
import { addExplainCommand } from "./commands/explain-command.ts";
import { addFrontendCommand } from "./commands/frontend-command.ts";
import { addGraphCommand } from "./commands/graph-command.ts";
import { addHistoryCommand } from "./commands/history-command.ts";
import { addOutlineCommand } from "./commands/outline-command.ts";
import { addPlatformsCommand } from "./commands/platforms-command.ts";
import { addPruneCommand } from "./commands/prune-command.ts";
import { addSolveCommand } from "./commands/solve-command.ts";
import { addTargetsCommand } from "./commands/targets-command.ts";
import { addWorkerCommand } from "./commands/worker-command.ts";
import { plainArguments } from "./parse/arguments.ts";
import type { ExitCode, Terminal } from "./terminal.ts";
import { version } from "./version.ts";

const commands = new Map([
  ["solve", addSolveCommand],
  ["compile", addCompileCommand],
  ["check", addCheckCommand],
  ["graph", addGraphCommand],
  ["analyze", addAnalyzeCommand],
  ["explain", addExplainCommand],
  ["history", addHistoryCommand],
  ["outline", addOutlineCommand],
  ["targets", addTargetsCommand],
  ["dump", addDumpCommand],
  ["platforms", addPlatformsCommand],
  ["worker", addWorkerCommand],
  ["du", addDiskUsageCommand],
  ["prune", addPruneCommand],
  ["frontend", addFrontendCommand],
]);

/** Runs one command line, prints what there is to say, and resolves with the exit code. Never rejects. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = createProgram(terminal, args[0], (result) => {
    code = result;
  });
  try {
    await program.parseAsync(plainCommandLine(program, args), { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { printError } = await import("./print-error.ts");
    return printError(error, terminal);
  }
}

/** The flags after a command's name as commander reads them; `help a b` as `a b --help`; of no command, only the name. */
function plainCommandLine(program: Command, args: readonly string[]): readonly string[] {
  const [name = "", ...rest] = args;
  const find = (word: string) => program.commands.find((each) => each.name() === word || each.aliases().includes(word));
  if (name === "help" && rest[0] !== undefined)
    return find(rest[0]) === undefined ? rest.slice(0, 1) : [...rest, "--help"];
  const command = find(name);
  if (command === undefined) return name.startsWith("-") || name === "help" ? args : args.slice(0, 1);
  const isGroup = command.commands.length > 0;
  return [name, ...(isGroup ? plainCommandLine(command, rest) : plainArguments(command, rest))];
}

/** What is wrong with a command's words is followed by where that command is explained. */
function tellWhereHelpIs(program: Command, words: string): void {
  for (const command of program.commands) {
    command.showHelpAfterError(`(see ${words} ${command.name()})`);
    tellWhereHelpIs(command, `${words} ${command.name()}`);
  }
}

function createProgram(terminal: Terminal, called: string | undefined, exit: (code: ExitCode) => void): Command {
  const program = new Command("llbc")
    .description("Compile Dockerfiles to BuildKit's LLB, see the build graph, and build it on any BuildKit worker.")
    .version(version, "-v, --version", "print the version")
    .helpCommand("help [command]", "explain a command")
    .showHelpAfterError("(see llbc --help)")
    .enablePositionalOptions()
    .exitOverride()
    .configureHelp({
      // That a list is empty until it is filled need not be told.
      optionDescription: (option) =>
        Array.isArray(option.defaultValue) ? option.description : new Help().optionDescription(option),
    })
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      getOutHelpWidth: () => terminal.stdout.columns ?? 100,
      getErrHelpWidth: () => terminal.stderr.columns ?? 100,
    })
    .addHelpText(
      "after",
      `
Examples:
  llbc solve .                                                build the Dockerfile of this folder
  llbc solve . --platform linux/amd64,linux/arm64 -o type=oci,dest=app.tar
  llbc compile . | buildctl build --local context=.           the LLB alone, for another tool to build
  llbc graph . --format mermaid                               the build graph as a picture
  llbc check .                                                what BuildKit's lint rules say
  llbc help solve                                             all flags of a build, with examples`,
    );
  // To declare the flags of all commands takes longer than many a command.
  const only = commands.get(called === "build" ? "solve" : (called ?? ""));
  for (const add of only === undefined ? commands.values() : [only]) add(program, terminal, exit);
  tellWhereHelpIs(program, "llbc help");
  return program;
}
