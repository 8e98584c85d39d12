import type { BuildRecord, BuildSummary } from "../../graph/history/build-record.ts";
import { recordText, summariesText } from "../../graph/history/record-table.ts";
import { listRecords, removeRecord } from "../../history/history-store.ts";
import { openHistory } from "../../history/open-history.ts";
import { findRecord, pickSummary } from "../history/find-record.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { HistoryFlags } from "./history-flags.ts";

/** `llbc history ls`: a line for each build, or JSON. */
export async function historyListCommand({ json }: HistoryFlags, terminal: Terminal): Promise<ExitCode> {
  const builds = await listRecords(openHistory(terminal));
  await writeStandardOutput(
    json === true ? jsonText(builds.map(summaryShape)) : summariesText(builds, Date.now(), terminal.stdout.columns),
    terminal,
  );
  return 0;
}

/** `llbc history show`: the steps of a build in the order in which they began, or all that is recorded as JSON. */
export async function historyShowCommand(
  ref: string | undefined,
  { json, logs }: HistoryFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  const record = await findRecord(openHistory(terminal), ref);
  await writeStandardOutput(
    json === true ? jsonText(recordShape(record)) : recordText(record, { columns: terminal.stdout.columns, logs }),
    terminal,
  );
  return 0;
}

/** `llbc history rm`: forgets the builds that are named, all of them or none where one name is wrong. */
export async function historyRemoveCommand(
  refs: readonly string[],
  { all, json }: HistoryFlags,
  terminal: Terminal,
): Promise<ExitCode> {
  if (refs.length === 0 && all !== true) throw new UsageError("Name the builds to forget, or say --all.");
  if (refs.length > 0 && all === true) throw new UsageError("--all goes without names of builds.");
  const history = openHistory(terminal);
  const builds = await listRecords(history);
  const chosen = new Set(all === true ? builds : refs.map((ref) => pickSummary(builds, ref)));
  const removed: string[] = [];
  for (const { ref } of chosen) if (await removeRecord(history, ref)) removed.push(ref);
  await writeStandardOutput(json === true ? jsonText(removed) : removed.map((ref) => `${ref}\n`).join(""), terminal);
  return 0;
}

/** Instants are told as texts, as other commands do. */
export function summaryShape({ started, completed, worker, ...summary }: BuildSummary): object {
  return {
    ...summary,
    started: new Date(started).toISOString(),
    completed: new Date(completed).toISOString(),
    worker: worker ?? null,
  };
}

function recordShape({ buildArgs, vertices, manifests, ...summary }: BuildRecord): object {
  return {
    ...summaryShape(summary),
    buildArgs: Object.fromEntries(buildArgs),
    vertices,
    manifests: Object.fromEntries([...manifests].map(([digest, { files }]) => [digest, files])),
  };
}

export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
