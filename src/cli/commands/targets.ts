import { targets, targetsJson, targetsText } from "../../graph/targets.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { TargetsFlags } from "./inspection-flags.ts";

/** `llbc targets`: prints the stages of a Dockerfile. */
export async function targetsCommand(context: string, flags: TargetsFlags, terminal: Terminal): Promise<ExitCode> {
  const { file, addr, builder, findsWorker, ignoresSyntax } = flags;
  const images = {
    ...(addr === undefined ? {} : { addr }),
    ...(builder === undefined ? {} : { builder }),
    ...(findsWorker === undefined ? {} : { findsWorker }),
    ...(ignoresSyntax === undefined ? {} : { ignoresSyntax }),
  };
  const request = { context, file, build: {}, images };
  const list = await withSubject(request, terminal, ({ source, options: { filename = "Dockerfile" } }) =>
    targets(source, { filename }),
  );
  const text = flags.format === "json" ? `${targetsJson(list)}\n` : targetsText(list);
  await writeStandardOutput(text, terminal);
  return 0;
}
