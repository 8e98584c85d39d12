import { formatBytes } from "../../byte-size.ts";
import type { UsageRecord } from "../../solver/buildkit/disk-usage.ts";
import type { PruneOptions } from "../../solver/buildkit/prune.ts";
import { confirm, requireTerminal } from "../confirm.ts";
import { parseCacheFilters } from "../parse/cache-filters.ts";
import { parseSize } from "../parse/size.ts";
import type { ExitCode, Terminal } from "../terminal.ts";
import { UsageError } from "../usage-error.ts";
import { recordText, sizeOf, tableLine, usageJson } from "../usage-records.ts";
import { withClient } from "../with-client.ts";
import { writeStandardOutput } from "../write-output.ts";
import type { PruneFlags } from "./worker-flags.ts";

/** `llbc prune`: asks unless told not to, names each record as it goes, and says in the end how much was removed. */
export async function pruneCommand(flags: PruneFlags, terminal: Terminal): Promise<ExitCode> {
  const options = pruneOptions(flags);
  if (flags.force !== true) requireTerminal("--force", terminal);
  return withClient<ExitCode>(flags, terminal, async (client) => {
    if (flags.force !== true && !(await confirm(question(flags, client.worker.description), terminal))) {
      terminal.stderr.write("nothing was removed\n");
      return 0;
    }
    const removed: UsageRecord[] = [];
    for await (const record of client.prune({ ...options, signal: terminal.signal })) {
      if (flags.json !== true) terminal.stdout.write(recordLine(record, removed.length === 0, flags.verbose === true));
      removed.push(record);
    }
    const total = `Total: ${formatBytes(sizeOf(removed), 4)}\n`;
    await writeStandardOutput(flags.json === true ? usageJson(removed) : total, terminal);
    return 0;
  });
}

function pruneOptions(flags: PruneFlags): PruneOptions {
  const { filter, all, keepStorage, reservedSpace, maxUsedSpace, minFreeSpace } = flags;
  if (keepStorage !== undefined && reservedSpace !== undefined) {
    throw new UsageError("--keep-storage is the older name of --reserved-space: give one of them.");
  }
  return {
    ...parseCacheFilters(filter),
    all,
    reservedSpace: sizeFlag("--reserved-space", reservedSpace ?? keepStorage),
    maxUsedSpace: sizeFlag("--max-used-space", maxUsedSpace),
    minFreeSpace: sizeFlag("--min-free-space", minFreeSpace),
  };
}

function sizeFlag(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseSize(flag, text);
}

function question(flags: PruneFlags, worker: string): string {
  const { all, filter, keepStorage, reservedSpace, maxUsedSpace, minFreeSpace } = flags;
  const isLimited = [keepStorage, reservedSpace, maxUsedSpace, minFreeSpace].some((size) => size !== undefined);
  const what = all === true ? "all cache" : "all cache that nothing needs";
  const part =
    filter.length > 0 || isLimited
      ? `the cache that ${filter.length > 0 ? "the filters name" : "is beyond the limits"}`
      : what;
  return `This removes ${part} from the ${worker}. Go on?`;
}

function recordLine(record: UsageRecord, isFirst: boolean, verbose: boolean): string {
  const now = Date.now();
  if (verbose) return `${recordText(record, now)}\n`;
  return isFirst ? tableLine(undefined, now) + tableLine(record, now) : tableLine(record, now);
}
