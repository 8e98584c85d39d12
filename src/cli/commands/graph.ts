import { compileIn } from "../../graph/compile.ts";
import { renderGraph } from "../../graph/render/render-graph.ts";
import { renderSvg } from "../../graph/render/svg.ts";
import type { CompileSubject } from "../compile-subject.ts";
import { buildPage, pageTitle } from "../page/build-page.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import { analyzeSubject } from "./analyze.ts";
import { buildOptions } from "./build-flags.ts";
import type { GraphFlags } from "./graph-flags.ts";

/** `llbc graph`: compiles, and prints the graph; warnings are `llbc check`'s to tell. */
export async function graphCommand(context: string, flags: GraphFlags, terminal: Terminal): Promise<ExitCode> {
  const build = buildOptions(flags, terminal);
  const request = { context, file: flags.file, build, images: flags };
  const text = await withSubject(request, terminal, (subject) =>
    drawn(subject, flags.format, pageTitle(context, terminal)),
  );
  await writeStandardOutput(text, terminal);
  return 0;
}

async function drawn(
  subject: CompileSubject,
  format: GraphFlags["format"],
  title: string | undefined,
): Promise<string> {
  const { source, options, environment } = subject;
  if (format === "html") {
    const report = await analyzeSubject(subject, undefined, []);
    return buildPage(source, report, { title, filename: options.filename });
  }
  const { graph } = await compileIn(source, options, environment);
  return format === "svg" ? renderSvg(graph) : renderGraph(graph, format);
}
