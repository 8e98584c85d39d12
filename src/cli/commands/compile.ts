import { compileIn } from "../../graph/compile.ts";
import { llbCaps } from "../../llb/caps.ts";
import { didYouMean } from "../../suggest.ts";
import { writeCompilation } from "../compilation-output.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { withSubject } from "../with-subject.ts";
import { buildOptions } from "./build-flags.ts";
import type { CompileFlags } from "./compile-flags.ts";

/** `llbc compile`: writes what the Dockerfile compiles to; warnings go to standard error. */
export async function compileCommand(context: string, flags: CompileFlags, terminal: Terminal): Promise<ExitCode> {
  checkFlags(flags, terminal);
  const request = {
    context,
    file: flags.file,
    build: buildOptions(flags, terminal),
    images: flags,
    disabledCaps: flags.disableCap,
    ...(flags.sessionId === undefined ? {} : { sessionId: flags.sessionId }),
  };
  const { compilation, source } = await withSubject(request, terminal, async (subject) => ({
    compilation: await compileIn(subject.source, subject.options, subject.environment),
    source: subject.source,
  }));
  if (compilation.diagnostics.length > 0) {
    const { printDiagnostics } = await import("../print-error.ts");
    printDiagnostics(compilation.diagnostics, source, terminal);
  }
  await writeCompilation(compilation, flags, terminal);
  return 0;
}

/** What can be known to be wrong before anything is read. */
function checkFlags({ disableCap, format, output = "-", imageConfig }: CompileFlags, terminal: Terminal): void {
  const caps = new Set<string>(llbCaps);
  const unknown = disableCap.find((id) => !caps.has(id));
  if (unknown !== undefined) {
    throw new UsageError(`--disable-cap ${unknown}: there is no such capability${didYouMean(unknown, llbCaps)}.`);
  }
  if (output === "-" && imageConfig === "-") {
    throw new UsageError(
      "Standard output cannot take both the definition and the image config: give one of them a file.",
    );
  }
  if (format === "pb" && output === "-" && terminal.plainOutput === undefined && terminal.stdout.isTTY) {
    throw new UsageError(
      "The definition is binary and not written to a terminal: redirect standard output, name a file with -o, or read it with --format text.",
    );
  }
}
