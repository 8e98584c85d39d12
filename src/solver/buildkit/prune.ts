import Long from "long";
import { Failure } from "../../failure.ts";
import { controlService } from "./client-services.ts";
import type { Connection } from "./connection.ts";
import { toUsageRecord, type UsageFilter, type UsageRecord } from "./disk-usage.ts";
import { readCaps } from "./worker-caps.ts";

/** What of a worker's cache is removed, and what stays; without any, all that nothing needs. */
export interface PruneOptions extends UsageFilter {
  /** Also internal records and those of frontends. */
  readonly all?: boolean | undefined;
  /** Milliseconds: what was used within them stays. */
  readonly keepDuration?: number | undefined;
  /** Bytes of cache that may always stay. */
  readonly reservedSpace?: number | undefined;
  /** Bytes of cache that there may be at most. */
  readonly maxUsedSpace?: number | undefined;
  /** Bytes that shall be free on the disk afterwards. */
  readonly minFreeSpace?: number | undefined;
}

/**
 * Removes records of a worker's cache, and tells of each that is gone. Leaving the loop ends it. Throws as the
 * connection's calls do, and a Failure `capability-missing` for limits that the worker does not know.
 */
export async function* prune(
  connection: Connection,
  options: PruneOptions,
  signal: AbortSignal,
): AsyncGenerator<UsageRecord> {
  const { filters = [], all = false, keepDuration, reservedSpace, maxUsedSpace, minFreeSpace } = options;
  if (maxUsedSpace !== undefined || minFreeSpace !== undefined) await checkLimits(connection, signal);
  const request = {
    filter: [...filters],
    all,
    keepDuration: Long.fromNumber((keepDuration ?? 0) * 1e6),
    reservedSpace: Long.fromNumber(reservedSpace ?? 0),
    maxUsedSpace: Long.fromNumber(maxUsedSpace ?? 0),
    minFreeSpace: Long.fromNumber(minFreeSpace ?? 0),
  };
  for await (const record of connection.stream(controlService.prune, request, { signal })) yield toUsageRecord(record);
}

/** A worker without them would not see the limits, and remove everything. */
async function checkLimits(connection: Connection, signal: AbortSignal): Promise<void> {
  const { llbCaps } = await readCaps(connection, signal);
  if (llbCaps.has("gc.freespacefilter")) return;
  throw new Failure("capability-missing", "the worker knows no limit of used or of free space", {
    remedy: "Say how much may stay with reservedSpace (--reserved-space), or use a worker with BuildKit 0.17 or newer.",
  });
}
