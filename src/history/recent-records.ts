import type { RecordedSteps } from "../graph/history/build-record.ts";
import { type History, listRecords, readSteps } from "./history-store.ts";

/** The newest builds, those of one context before all others where one is given: what durations are taken from. */
export async function recentRecords(history: History, context?: string): Promise<readonly RecordedSteps[]> {
  const builds = await listRecords(history);
  const ordered = [
    ...builds.filter((build) => build.context === context),
    ...builds.filter((build) => build.context !== context),
  ];
  const records: RecordedSteps[] = [];
  for (const build of ordered.slice(0, most)) {
    const record = await readSteps(history, build);
    if (record !== undefined) records.push(record);
  }
  return records;
}

/** Older builds tell little that is still true, and each takes a while to read. */
const most = 20;
