import type { Command } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";

/** `llbc frontend`: what the image of a frontend runs. */
export function addFrontendCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  program
    .command("frontend")
    .summary("build a Dockerfile inside BuildKit, as the frontend that an image holds")
    .description(
      "Build a Dockerfile inside BuildKit, as the frontend that an image holds: BuildKit starts this command in a\ncontainer and speaks gRPC over its standard input and output. Dockerfiles name the image in their first line:\n\n  # syntax=registry.example.com/llbc:1",
    )
    .action(async () => {
      const { frontendCommand } = await import("./frontend.ts");
      exit(await frontendCommand(terminal));
    });
}
