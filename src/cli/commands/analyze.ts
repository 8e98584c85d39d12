import type { PastVertex } from "../../graph/analyses/durations.ts";
import { type BuildReport, reportOf } from "../../graph/analyses/report.ts";
import { reportJson } from "../../graph/analyses/report-shape.ts";
import { reportText } from "../../graph/analyses/report-text.ts";
import { resolveDurations } from "../../graph/analyses/resolve-durations.ts";
import { compileIn } from "../../graph/compile.ts";
import { pastVertices } from "../../graph/history/past-vertices.ts";
import { openHistory } from "../../history/open-history.ts";
import { recentRecords } from "../../history/recent-records.ts";
import { recordedContext } from "../build-input.ts";
import { caretStyle } from "../caret-style.ts";
import type { CompileSubject } from "../compile-subject.ts";
import { pageTitle } from "../page/build-page.ts";
import { writePage } from "../page/write-page.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { withSubject } from "../with-subject.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { AnalyzeFlags } from "./analyze-flags.ts";
import { buildOptions } from "./build-flags.ts";

/** `llbc analyze`: compiles, and prints what there is to say of the parallelism of the build and what would help. */
export async function analyzeCommand(context: string, flags: AnalyzeFlags, terminal: Terminal): Promise<ExitCode> {
  const workers = parseWorkers(flags.workers);
  if (flags.last === true || flags.ref !== undefined || flags.log !== undefined) {
    const { analyzePast } = await import("./analyze-past.ts");
    return analyzePast(flags, workers, terminal);
  }
  const build = buildOptions(flags, terminal);
  const past = pastVertices(await recentRecords(openHistory(terminal), recordedContext(context, terminal)));
  const request = { context, file: flags.file, build, images: flags };
  const { report, source, filename } = await withSubject(request, terminal, async (subject) => ({
    report: await analyzeSubject(subject, workers, past),
    source: subject.source,
    filename: subject.options.filename,
  }));
  const subject = { source, report, filename, title: pageTitle(context, terminal) };
  if ((await writePage(flags, subject, terminal)) && flags.json !== true) return 0;
  const { stdout, env } = terminal;
  const style = caretStyle(stdout, env);
  const text =
    flags.json === true
      ? reportJson(report)
      : reportText(report, source, { style, ...(stdout.columns === undefined ? {} : { columns: stdout.columns }) });
  await writeStandardOutput(text, terminal);
  return 0;
}

/** `past` is what is known of earlier builds, the newest first. */
export async function analyzeSubject(
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
