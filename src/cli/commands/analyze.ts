import type { PastVertex } from "../../graph/analyses/durations.ts";
import { type BuildReport, reportOf } from "../../graph/analyses/report.ts";
import { reportJson } from "../../graph/analyses/report-shape.ts";
import { reportText } from "../../graph/analyses/report-text.ts";
import { resolveDurations } from "../../graph/analyses/resolve-durations.ts";
import { compileIn } from "../../graph/compile.ts";
import { pastVertices } from "../../graph/history/past-vertices.ts";
import { measuredRunFor } from "../../graph/page/measured-run.ts";
import { nearestBuild } from "../../history/nearest-build.ts";
import { openHistory } from "../../history/open-history.ts";
import { recentRecords } from "../../history/recent-records.ts";
import { dockerfilePath, recordedContext } from "../build-input.ts";
import { caretStyle } from "../caret-style.ts";
import type { CompileSubject } from "../compile-subject.ts";
import { pageTitle } from "../page/build-page.ts";
import { type PageSubject, writePage } from "../page/write-page.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { AnalyzeFlags } from "./analyze-flags.ts";
import { type BuildFlags, buildOptions } from "./build-flags.ts";
import type { ImageFlags } from "./image-flags.ts";

/** `llbc analyze`: compiles, and prints what there is to say of the parallelism of the build and what would help. */
export async function analyzeCommand(context: string, flags: AnalyzeFlags, terminal: Terminal): Promise<ExitCode> {
  const workers = parseWorkers(flags.workers);
  if (flags.last === true || flags.ref !== undefined || flags.log !== undefined) {
    const { analyzePast } = await import("./analyze-past.ts");
    return analyzePast(flags, workers, terminal);
  }
  const subject = await contextSubject(context, flags, workers, terminal);
  if ((await writePage(flags, subject, terminal)) && flags.json !== true) return 0;
  const { report, source } = subject;
  const { stdout, env } = terminal;
  const style = caretStyle(stdout, env);
  const text =
    flags.json === true
      ? reportJson(report)
      : reportText(report, source, { style, ...(stdout.columns === undefined ? {} : { columns: stdout.columns }) });
  await writeStandardOutput(text, terminal);
  return 0;
}

/** A build to come: the report on it, with times of builds that were made, and the last one of the same context. */
export async function contextSubject(
  context: string,
  flags: BuildFlags & ImageFlags,
  workers: number | undefined,
  terminal: Terminal,
): Promise<PageSubject> {
  const name = recordedContext(context, terminal);
  const records = await recentRecords(openHistory(terminal), name);
  const request = { context, file: flags.file, build: buildOptions(flags, terminal), images: flags };
  return withSubject(request, terminal, async (subject) => {
    const report = await analyzeSubject(subject, workers, pastVertices(records));
    const last = nearestBuild(
      records.filter((record) => record.context === name),
      { context: name, dockerfile: dockerfilePath(context, flags.file, terminal) ?? "", target: flags.target ?? "" },
    );
    return {
      source: subject.source,
      report,
      filename: subject.options.filename,
      title: pageTitle(context, terminal),
      run: last && measuredRunFor(report.graph, last),
    };
  });
}

/** `past` is what is known of earlier builds, the newest first. */
async function analyzeSubject(
  { source, options, environment }: CompileSubject,
  workers: number | undefined,
  past: Iterable<PastVertex>,
): Promise<BuildReport> {
  const { graph } = await compileIn(source, options, environment);
  const { buildPlatform, filename = "Dockerfile" } = options;
  const native = buildPlatform === undefined ? {} : { nativePlatforms: [buildPlatform] };
  const durations = resolveDurations(graph, { past, ...native });
  return reportOf(source, graph, durations, { filename, ...(workers === undefined ? {} : { workers }) });
}

function parseWorkers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const workers = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (workers < 1) throw new UsageError(`--workers ${text}: give a whole number from 1 on, such as --workers 4.`);
  return workers;
}
