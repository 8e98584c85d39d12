import type { UsageRecord } from "../../solver/buildkit/disk-usage.ts";
import { parseCacheFilters } from "../parse/cache-filters.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { recordTable, recordText, usageJson, usageSummary } from "../usage-records.ts";
import { withClient } from "../with-client.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { DiskUsageFlags } from "./worker-flags.ts";

/** `llbc du`: a table of the records of the worker's cache with their sum, or all of each with --verbose, or JSON. */
export async function diskUsageCommand(flags: DiskUsageFlags, terminal: Terminal): Promise<ExitCode> {
  const { filter, verbose, json } = flags;
  const { filters, keepDuration } = parseCacheFilters(filter);
  if (keepDuration !== undefined)
    throw new UsageError("--filter until: only llbc prune goes by when a record was used.");
  if (json === true && verbose === true) throw new UsageError("--json and --verbose exclude each other.");
  const { signal } = terminal;
  const records = await withClient(flags, terminal, (client) => client.diskUsage({ filters, signal }));
  await writeStandardOutput(json === true ? usageJson(records) : usageText(records, verbose === true), terminal);
  return 0;
}

function usageText(records: readonly UsageRecord[], verbose: boolean): string {
  const now = Date.now();
  const list = verbose ? records.map((record) => `${recordText(record, now)}\n`).join("") : recordTable(records, now);
  return `${list}${usageSummary(records)}`;
}
