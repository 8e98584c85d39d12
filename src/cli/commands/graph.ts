import { compileIn } from "../../graph/compile.ts";
import { renderGraph } from "../../graph/render/render-graph.ts";
import { renderSvg } from "../../graph/render/svg.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import { buildOptions } from "./build-flags.ts";
import type { GraphFlags } from "./graph-flags.ts";

/** `llbc graph`: compiles, and prints the graph; warnings are `llbc check`'s to tell. */
export async function graphCommand(context: string, flags: GraphFlags, terminal: Terminal): Promise<ExitCode> {
  const build = buildOptions(flags, terminal);
  const request = { context, file: flags.file, build, images: flags };
  const { graph } = await withSubject(request, terminal, ({ source, options, environment }) =>
    compileIn(source, options, environment),
  );
  const { format } = flags;
  await writeStandardOutput(format === "svg" ? await renderSvg(graph) : renderGraph(graph, format), terminal);
  return 0;
}
