import type { Command } from "commander";

/** The flags of commands that ask a worker about itself, as they were typed. */
export interface WorkerFlags {
  readonly addr?: string;
  readonly builder?: string;
  readonly json?: true;
}

/** The flags of `llbc du`, as they were typed. */
export interface DiskUsageFlags extends WorkerFlags {
  readonly filter: readonly string[];
  readonly verbose?: true;
}

/** The flags of `llbc prune`, as they were typed; spaces in bytes. */
export interface PruneFlags extends DiskUsageFlags {
  readonly all?: true;
  readonly force?: true;
  readonly reservedSpace?: string;
  readonly keepStorage?: string;
  readonly maxUsedSpace?: string;
  readonly minFreeSpace?: string;
}

export function addWorkerFlags(command: Command): Command {
  return command
    .option("--addr <address>", "the worker: unix://, tcp:// or docker://unix://… (default: found, as for solve)")
    .option("--builder <name>", "a builder of docker buildx, or a docker context, by name")
    .option("--json", "print JSON: bytes as numbers, instants in RFC 3339");
}
