import type { Command } from "commander";
import type { ExitCode, Terminal } from "../terminal.ts";

/** `llbc frontend`: what the image of a frontend runs. */
export function addFrontendCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  program
    .command("frontend")
    .summary("build a Dockerfile inside BuildKit, as the frontend that an image holds")
    .description(
      "Build a Dockerfile inside BuildKit, as the frontend that an image holds: BuildKit starts this command in a container and speaks gRPC over its standard input and output. Whoever builds only names the image.",
    )
    .addHelpText("after", details)
    .action(async () => {
      const { frontendCommand } = await import("./frontend.ts");
      exit(await frontendCommand(terminal));
    });
}

const details = `
Examples:
  docker build --build-arg BUILDKIT_SYNTAX=registry.example.com/llbc:1 .
or with a first line of the Dockerfile:
  # syntax=registry.example.com/llbc:1`;
