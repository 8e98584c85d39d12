import { formatBytes } from "../byte-size.ts";
import type { UsageRecord } from "../solver/buildkit/disk-usage.ts";
import { tabTable } from "../tab-table.ts";
import { formatAge, printable } from "./progress/format.ts";

/** Records in rows under headings, with the columns and marks of docker buildx. */
export function recordTable(records: readonly UsageRecord[], now: number): string {
  return tabTable([tableHead, ...records.map((record) => tableRow(record, now))], 3);
}

const tableHead = ["ID", "RECLAIMABLE", "SIZE", "LAST ACCESSED"] as const;

/** The same for records that come one by one: columns are as wide as usual. */
export function tableLine(record: UsageRecord | undefined, now: number): string {
  const [id = "", reclaimable = "", size = "", used = ""] = record === undefined ? tableHead : tableRow(record, now);
  return `${id.padEnd(29)}${reclaimable.padEnd(14)}${size.padEnd(11)}${used}`.trimEnd().concat("\n");
}

function tableRow(record: UsageRecord, now: number): readonly string[] {
  return [
    `${record.id}${record.mutable ? "*" : ""}`,
    String(!record.inUse),
    `${formatBytes(record.size, 4)}${record.shared ? "*" : ""}`,
    agoText(record, now),
  ];
}

/** All of one record, a line for each thing. */
export function recordText(record: UsageRecord, now: number): string {
  const rows: readonly (readonly [string, string])[] = [
    ["ID:", record.id],
    ["Parents:", record.parents.join(", ")],
    ["Created at:", new Date(record.createdAt).toISOString()],
    ["Mutable:", String(record.mutable)],
    ["Reclaimable:", String(!record.inUse)],
    ["Shared:", String(record.shared)],
    ["Size:", formatBytes(record.size, 4)],
    ["Description:", printable(record.description).replaceAll("\n", " ")],
    ["Usage count:", String(record.usageCount)],
    ["Last used:", agoText(record, now)],
    ["Type:", record.type],
  ];
  return tabTable(
    rows.filter(([, value]) => value !== ""),
    2,
  );
}

/** How much it is together, and how much of that can be removed. */
export function usageSummary(records: readonly UsageRecord[]): string {
  const total = sizeOf(records);
  const shared = sizeOf(records.filter((record) => record.shared));
  const rows = [
    ...(shared === 0
      ? []
      : [
          ["Shared:", formatBytes(shared, 4)],
          ["Private:", formatBytes(total - shared, 4)],
        ]),
    ["Reclaimable:", formatBytes(sizeOf(records.filter((record) => !record.inUse)), 4)],
    ["Total:", formatBytes(total, 4)],
  ];
  return tabTable(rows, 2);
}

export function usageJson(records: readonly UsageRecord[]): string {
  return `${JSON.stringify(records.map(recordShape), undefined, 2)}\n`;
}

export function recordShape({ createdAt, lastUsedAt, ...record }: UsageRecord): object {
  return {
    ...record,
    createdAt: new Date(createdAt).toISOString(),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt: new Date(lastUsedAt).toISOString() }),
  };
}

export function sizeOf(records: readonly UsageRecord[]): number {
  return records.reduce((sum, { size }) => sum + size, 0);
}

function agoText({ lastUsedAt }: UsageRecord, now: number): string {
  return lastUsedAt === undefined ? "" : `${formatAge(now - lastUsedAt)} ago`;
}
