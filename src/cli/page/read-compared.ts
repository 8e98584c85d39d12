import { existsSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { errnoOf, errnoText } from "../../errno.ts";
import { reportOf } from "../../graph/analyses/report.ts";
import { UnreadableRecord } from "../../graph/history/json-reader.ts";
import { recordDurations } from "../../graph/history/past-vertices.ts";
import { recordGraph } from "../../graph/history/record-graph.ts";
import type { ComparedBuild } from "../../graph/page/build-changes.ts";
import { comparedReport } from "../../graph/page/compared-report.ts";
import { comparedVertices } from "../../graph/page/page-data-of.ts";
import { isRef } from "../../history/history-store.ts";
import { openHistory } from "../../history/open-history.ts";
import { findRecord } from "../history/find-record.ts";
import type { Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";

/** What `--against` names: a file that `llbc analyze --json` printed, or a build of the history. */
export async function readCompared(named: string, terminal: Pick<Terminal, "cwd" | "env">): Promise<ComparedBuild> {
  const path = resolve(terminal.cwd, named);
  return isRef(named) && !existsSync(path) ? comparedRecord(named, terminal) : comparedFile(named, path);
}

function comparedFile(named: string, path: string): ComparedBuild {
  try {
    return comparedReport(readFileSync(path, "utf8"), basename(path));
  } catch (error) {
    if (errnoOf(error) !== undefined) {
      throw new UsageError(`--against ${named}: the file cannot be read: ${errnoText(error)}.`);
    }
    if (error instanceof UnreadableRecord || error instanceof SyntaxError) {
      throw new UsageError(`--against ${named}: it is not what llbc analyze --json printed.`);
    }
    throw error;
  }
}

async function comparedRecord(ref: string, terminal: Pick<Terminal, "env">): Promise<ComparedBuild> {
  const record = await findRecord(openHistory(terminal), ref);
  const report = await reportOf(undefined, recordGraph(record), recordDurations(record, []));
  const { work, span } = report.analysis;
  return { title: record.ref, work, span, vertices: comparedVertices(report) };
}
