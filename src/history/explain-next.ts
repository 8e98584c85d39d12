import { type Explanation, predictBuild } from "../graph/explain/explain.ts";
import type { ExplainedBuild } from "../graph/explain/explained-build.ts";
import type { KeptRecord } from "../graph/explain/kept-results.ts";
import type { BuildRecord, RecordedSteps } from "../graph/history/build-record.ts";
import { type History, listRecords, readSteps } from "./history-store.ts";

/** What {@link explainNext} compares with, and what it may know of the worker. */
export interface ExplainNextOptions {
  /** The build that it is compared with: one of the history. */
  readonly against?: BuildRecord | undefined;
  /** The address of the worker that is to build: that of `against` when absent. */
  readonly address?: string | undefined;
  /** What the cache of that worker still holds, if it was asked: see `Client.diskUsage`. */
  readonly kept?: readonly KeptRecord[] | undefined;
}

/**
 * Says of a build that is not made yet what would run and why, from the builds of a history that the same worker made:
 * see `plannedBuild` and `predictBuild`.
 */
export async function explainNext(
  history: History,
  build: ExplainedBuild,
  { against, address = against?.worker?.address, kept }: ExplainNextOptions = {},
): Promise<Explanation> {
  const past: RecordedSteps[] = [];
  for (const summary of [...(await listRecords(history))].reverse()) {
    const record = summary.worker?.address === address ? readSteps(history, summary) : undefined;
    if (record !== undefined) past.push(record);
  }
  const worker = against?.worker;
  const other = address === undefined || address === worker?.address ? undefined : { ...unknownWorker, address };
  return predictBuild({ ...build, worker: build.worker ?? other }, past, against, kept);
}

const unknownWorker = { description: "", version: "", platforms: [] };
