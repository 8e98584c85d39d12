import { compileIn } from "../../graph/compile.ts";
import { renderGraph } from "../../graph/render/render-graph.ts";
import { renderSvg } from "../../graph/render/svg.ts";
import { buildPage } from "../page/build-page.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import { contextSubject } from "./analyze.ts";
import { buildOptions } from "./build-flags.ts";
import type { GraphFlags } from "./graph-flags.ts";

/** `llbc graph`: compiles, and prints the graph; warnings are `llbc check`'s to tell. */
export async function graphCommand(context: string, flags: GraphFlags, terminal: Terminal): Promise<ExitCode> {
  const text = await drawn(context, flags, terminal);
  await writeStandardOutput(text, terminal);
  return 0;
}

async function drawn(context: string, flags: GraphFlags, terminal: Terminal): Promise<string> {
  const { format } = flags;
  if (format === "html") {
    const { source, report, ...options } = await contextSubject(context, flags, undefined, terminal);
    return buildPage(source, report, options);
  }
  const request = { context, file: flags.file, build: buildOptions(flags, terminal), images: flags };
  const { graph } = await withSubject(request, terminal, ({ source, options, environment }) =>
    compileIn(source, options, environment),
  );
  return format === "svg" ? renderSvg(graph) : renderGraph(graph, format);
}
