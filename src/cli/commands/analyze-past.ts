import { ganttText } from "../../graph/analyses/gantt.ts";
import { type BuildReport, reportOf } from "../../graph/analyses/report.ts";
import { reportShape } from "../../graph/analyses/report-shape.ts";
import { reportText } from "../../graph/analyses/report-text.ts";
import type { BuildRecord } from "../../graph/history/build-record.ts";
import { ranSchedule, recordDurations } from "../../graph/history/past-vertices.ts";
import { recordGraph } from "../../graph/history/record-graph.ts";
import { summariesText } from "../../graph/history/record-table.ts";
import { shortTitle } from "../../graph/render/layout.ts";
import { withoutMounts } from "../../graph/render/without-mounts.ts";
import { openHistory } from "../../history/open-history.ts";
import { recentRecords } from "../../history/recent-records.ts";
import { recordedDockerfile } from "../../history/recorded-dockerfile.ts";
import { caretStyle } from "../caret-style.ts";
import { findRecord } from "../history/find-record.ts";
import { pastSubject, writePage } from "../page/write-page.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { AnalyzeFlags } from "./analyze-flags.ts";
import { jsonText, summaryShape } from "./history.ts";
import { readLog } from "./history-import.ts";

/** `llbc analyze --last | --ref R | --log FILE`: what there is to say of a build that was made. */
export async function analyzePast(
  flags: AnalyzeFlags,
  workers: number | undefined,
  terminal: Terminal,
): Promise<ExitCode> {
  const { record, report, source } = await pastReport(flags, workers, terminal);
  const isPaged = await writePage(flags, pastSubject(record, report, source, terminal), terminal);
  if (isPaged && flags.json !== true) return 0;
  const text =
    flags.json === true
      ? jsonText({ ...reportShape(report), build: summaryOf(record), ran: ranSchedule(record) })
      : pastText(record, report, source, terminal);
  await writeStandardOutput(text, terminal);
  return 0;
}

/** The build that the flags name, with the report on it: with findings where its Dockerfile is still there as it was. */
async function pastReport(
  { last, ref, log }: Pick<AnalyzeFlags, "last" | "ref" | "log">,
  workers: number | undefined,
  terminal: Terminal,
): Promise<PastReport> {
  if ([last, ref, log].filter((flag) => flag !== undefined).length > 1) {
    throw new UsageError("--last, --ref and --log exclude each other.");
  }
  const history = openHistory(terminal);
  const record = log === undefined ? await findRecord(history, ref) : await readLog(log, terminal);
  const others = (await recentRecords(history)).filter((other) => other.ref !== record.ref);
  const source = await recordedDockerfile(record);
  const report = await reportOf(source, recordGraph(record), recordDurations(record, others), {
    ...(workers === undefined ? {} : { workers }),
  });
  return { record, report, source };
}

interface PastReport {
  readonly record: BuildRecord;
  readonly report: BuildReport;
  /** The Dockerfile; undefined where it has changed since, or is not known. */
  readonly source: Uint8Array | undefined;
}

function pastText(
  record: BuildRecord,
  report: BuildReport,
  source: Uint8Array | undefined,
  { stdout, env }: Terminal,
): string {
  const { columns = 100 } = stdout;
  const style = caretStyle(stdout, env);
  const names = new Map(record.vertices.map(({ digest, name }) => [digest, name]));
  const titleOf = (digest: string) => withoutMounts(shortTitle(names.get(digest) ?? digest));
  const critical = new Set(report.analysis.criticalPath);
  const ran = ganttText(ranSchedule(record), { columns, critical, titleOf });
  return [
    summariesText([record], Date.now(), columns),
    `\n${style.message("as it ran (█ on the critical path)")}\n${ran}\n`,
    reportText(report, source, { style, columns }),
    source === undefined
      ? `\n${style.message("no findings")}\nThey need the Dockerfile as it was: it has changed since, or is not known.\n`
      : "",
  ].join("");
}

function summaryOf({
  vertices: _,
  manifests: __,
  buildArgs: ___,
  dockerfileDigest: ____,
  ...summary
}: BuildRecord): object {
  return summaryShape(summary);
}
