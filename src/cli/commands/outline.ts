import { outline } from "../../graph/outline.ts";
import { outlineJson, outlineText } from "../../graph/outline-shape.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import { dockerfileOptions } from "./build-flags.ts";
import type { OutlineFlags } from "./inspection-flags.ts";

/** `llbc outline`: prints what a target can be given. */
export async function outlineCommand(context: string, flags: OutlineFlags, terminal: Terminal): Promise<ExitCode> {
  const build = dockerfileOptions(flags, terminal);
  const request = { context, file: flags.file, build, images: flags };
  const answer = await withSubject(request, terminal, ({ source, options, environment }) =>
    outline(source, options, environment),
  );
  const text = flags.format === "json" ? `${outlineJson(answer)}\n` : outlineText(answer);
  await writeStandardOutput(text || "There is nothing to give it: no arguments, secrets or SSH agents.\n", terminal);
  return 0;
}
