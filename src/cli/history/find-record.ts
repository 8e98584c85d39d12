import type { BuildRecord, BuildSummary } from "../../graph/history/build-record.ts";
import { type History, listRecords, readRecord } from "../../history/history-store.ts";
import { UsageError } from "../usage-error.ts";

/**
 * The build that a ref, or the beginning of one, names; the newest one where none is given.
 * @throws UsageError where there is none, or several
 */
export async function findRecord(history: History, ref: string | undefined): Promise<BuildRecord> {
  const { ref: found } = pickSummary(await listRecords(history), ref);
  const record = await readRecord(history, found);
  if (record === undefined) throw new UsageError(`The build ${found} cannot be read any more.`);
  return record;
}

/** @throws UsageError */
export function pickSummary(builds: readonly BuildSummary[], ref: string | undefined): BuildSummary {
  const [newest] = builds;
  if (newest === undefined) throw new UsageError("No build is recorded yet: llbc solve records each that it makes.");
  if (ref === undefined) return newest;
  const exact = builds.find((build) => build.ref === ref);
  if (exact !== undefined) return exact;
  const [first, second] = ref === "" ? [] : builds.filter((build) => build.ref.startsWith(ref));
  if (first === undefined) throw new UsageError(`No build ${JSON.stringify(ref)} is recorded: see llbc history ls.`);
  if (second !== undefined) throw new UsageError(`Several builds begin with ${ref}: give more of the id.`);
  return first;
}
