import { formatPlatform } from "../../platform.ts";
import { controlService } from "./client-services.ts";
import type { Connection } from "./connection.ts";
import { readEngineVersion } from "./engine.ts";
import type { common } from "./proto/gen/buildkit.js";
import { fromWirePlatform, toMap } from "./wire.ts";
import { readCaps } from "./worker-caps.ts";

/** What a worker tells of itself. */
export interface WorkerDetails {
  /** The Docker engine's version, such as `28.5.2`; absent where it is a buildkitd. */
  readonly engineVersion?: string | undefined;
  /** BuildKit's; empty where the worker does not know (Docker engines). */
  readonly version: string;
  readonly revision: string;
  /** One, as a rule: a buildkitd may have several. */
  readonly workers: readonly WorkerPart[];
  /** Names of what LLB it takes, such as `exec.mount.ssh`. */
  readonly llbCaps: readonly string[];
  /** Names of what it answers to frontends, such as `readfile`. */
  readonly gatewayCaps: readonly string[];
}

/** One of the workers behind an address: most have a single one. */
export interface WorkerPart {
  readonly id: string;
  readonly labels: ReadonlyMap<string, string>;
  /** Its own first. */
  readonly platforms: readonly string[];
  /** Applied in order: what the first leaves, the next may remove. */
  readonly gcPolicy: readonly GcRule[];
}

/** What garbage collection keeps. Zero stands for no limit. */
export interface GcRule {
  readonly all: boolean;
  readonly filters: readonly string[];
  /** Milliseconds. */
  readonly keepDuration: number;
  /** Bytes, as the others. */
  readonly reservedSpace: number;
  readonly maxUsedSpace: number;
  readonly minFreeSpace: number;
}

/** Asks a worker for all of it, side by side. Rejects as the connection's calls do. */
export async function readWorkerDetails(
  connection: Connection,
  version: string,
  signal: AbortSignal,
): Promise<WorkerDetails> {
  const { endpoint, protocol } = connection.worker;
  const [{ record }, caps, engineVersion] = await Promise.all([
    connection.call(controlService.listWorkers, {}, { signal }),
    readCaps(connection, signal),
    protocol === "docker" ? readEngineVersion(endpoint, signal) : undefined,
  ]);
  return {
    ...(engineVersion === undefined ? {} : { engineVersion }),
    version,
    revision: record[0]?.buildkitVersion?.revision ?? "",
    workers: record.map(readPart),
    llbCaps: [...caps.llbCaps].sort(),
    gatewayCaps: [...caps.gatewayCaps].sort(),
  };
}

function readPart({ id, labels, platforms, gcPolicy }: common.WorkerRecord.$Properties): WorkerPart {
  return {
    id: id ?? "",
    labels: new Map([...toMap(labels)].sort(([a], [b]) => (a < b ? -1 : 1))),
    platforms: (platforms ?? []).map(fromWirePlatform).map(formatPlatform),
    gcPolicy: (gcPolicy ?? []).map(readRule),
  };
}

function readRule(rule: common.GcPolicy.$Properties): GcRule {
  return {
    all: rule.all ?? false,
    filters: rule.filters ?? [],
    keepDuration: (rule.keepDuration?.toNumber() ?? 0) / 1e6,
    reservedSpace: rule.reservedSpace?.toNumber() ?? 0,
    maxUsedSpace: rule.maxUsedSpace?.toNumber() ?? 0,
    minFreeSpace: rule.minFreeSpace?.toNumber() ?? 0,
  };
}
