import { controlService } from "./client-services.ts";
import type { Connection } from "./connection.ts";
import type { control } from "./proto/gen/buildkit.js";
import { fromWireTime } from "./wire.ts";

/** One record of a worker's cache: a snapshot, or what a source or a cache mount keeps. */
export interface UsageRecord {
  readonly id: string;
  /** BuildKit's word, such as `regular`, `source.local`, `source.git.checkout`, `exec.cachemount`, `internal`, `frontend`. */
  readonly type: string;
  readonly description: string;
  /** Bytes of its own, without those of its parents. */
  readonly size: number;
  readonly parents: readonly string[];
  readonly mutable: boolean;
  /** Something needs it now, or is built on it: it cannot be removed. */
  readonly inUse: boolean;
  /** Its bytes are those of an image, too: to remove it frees nothing. */
  readonly shared: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; absent where it never was used. */
  readonly lastUsedAt?: number | undefined;
  readonly usageCount: number;
}

/** Which records are meant: those that meet one of the filters, in BuildKit's own words (`type==regular,shared`). */
export interface UsageFilter {
  readonly filters?: readonly string[] | undefined;
}

/** What a worker's cache takes, the smallest records first, as docker has them. Rejects as the connection's calls do. */
export async function readDiskUsage(
  connection: Connection,
  { filters = [] }: UsageFilter,
  signal: AbortSignal | undefined,
): Promise<readonly UsageRecord[]> {
  const { record } = await connection.call(controlService.diskUsage, { filter: [...filters] }, { signal });
  return record.map(toUsageRecord).sort((a, b) => a.size - b.size || (a.id < b.id ? -1 : 1));
}

export function toUsageRecord(record: control.UsageRecord.$Properties): UsageRecord {
  const lastUsedAt = fromWireTime(record.lastUsedAt);
  const { parents = [], parent = "" } = record;
  return {
    id: record.id ?? "",
    type: record.recordType ?? "",
    description: record.description ?? "",
    size: record.size?.toNumber() ?? 0,
    // Workers from before 0.9 tell one.
    parents: parents !== null && parents.length > 0 ? parents : [parent ?? ""].filter((id) => id !== ""),
    mutable: record.mutable ?? false,
    inUse: record.inUse ?? false,
    shared: record.shared ?? false,
    createdAt: fromWireTime(record.createdAt) ?? 0,
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    usageCount: record.usageCount?.toNumber() ?? 0,
  };
}
