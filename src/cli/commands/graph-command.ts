import { type Command, Option } from "commander";
import { graphFormats } from "../../graph/render/graph-format.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { addBuildFlags } from "./build-flags.ts";
import type { GraphFlags } from "./graph-flags.ts";
import { addImageFlags, imageFlagsHelp } from "./image-flags.ts";

/** `llbc graph [CONTEXT]`: the build graph of all platforms together. */
export function addGraphCommand(program: Command, terminal: Terminal, exit: (code: ExitCode) => void): void {
  const command = program
    .command("graph")
    .summary("show the build graph of a Dockerfile")
    .description(
      "Show the build graph of a Dockerfile: its steps by stage and platform, what each needs, and how many can run side by side. What platforms share is there once.",
    )
    .argument("[context]", "folder that the build reads, or a git or web address", ".");
  addImageFlags(addBuildFlags(command))
    .addOption(
      new Option("--format <format>", "text, json, a picture as svg, dot or mermaid, or a page as html")
        .choices([...graphFormats, "svg", "html"])
        .default("text"),
    )
    .addHelpText("after", details)
    .action(async (context: string, flags: GraphFlags) => {
      const { graphCommand } = await import("./graph.ts");
      exit(await graphCommand(context, flags, terminal));
    });
}

const details = `${imageFlagsHelp}

Examples:
  llbc graph .
  llbc graph . --platform linux/amd64,linux/arm64 --target test
  llbc graph . --format svg > graph.svg          to look at in a browser
  llbc graph . --format html > graph.html        the same with times, the last run, a schedule and findings
  llbc graph . --format dot | dot -Tpdf > graph.pdf
  llbc graph . --format mermaid                  for a fenced block of that name in Markdown`;
