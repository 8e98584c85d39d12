import type { RecordedSteps } from "../graph/history/build-record.ts";
import { type History, listNewest, readSteps } from "./history-store.ts";

/** The newest builds, those of one context before all others where one is given: what durations are taken from. */
export async function recentRecords(history: History, context?: string): Promise<readonly RecordedSteps[]> {
  const builds = await listNewest(history, most, (build) => build.context === context);
  return builds.flatMap((build) => readSteps(history, build) ?? []);
}

/** Older builds tell little that is still true, and each takes a while to read. */
const most = 20;
