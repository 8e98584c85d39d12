import type { BuildRecord } from "../../graph/history/build-record.ts";
import { LogReader } from "../log-record.ts";
import { controlService } from "./client-services.ts";
import type { Connection } from "./connection.ts";
import { toMap } from "./wire.ts";

/** A build in a worker's own history. Times are milliseconds since the epoch. */
export interface PastBuild {
  readonly ref: string;
  /** The folder or address that it was built from, as far as the worker knows it. */
  readonly context: string;
  readonly buildArgs: Readonly<Record<string, string>>;
}

/** What a worker remembers of builds, the newest last; of the one with a ref where one is given. */
export async function listPastBuilds(
  connection: Connection,
  signal: AbortSignal,
  ref = "",
): Promise<readonly PastBuild[]> {
  const builds: PastBuild[] = [];
  for await (const { record } of connection.stream(
    controlService.listenBuildHistory,
    { ref, earlyExit: true },
    { signal },
  )) {
    if (record?.ref == null || record.completedAt == null) continue;
    const options = toMap(record.frontendAttrs);
    const buildArgs = [...options].flatMap(([name, value]) =>
      name.startsWith("build-arg:") ? [[name.slice("build-arg:".length), value] as const] : [],
    );
    builds.push({ ref: record.ref, context: options.get("context") ?? "", buildArgs: Object.fromEntries(buildArgs) });
  }
  return builds;
}

/** Replays what a worker told of a build while it ran. Undefined where nothing is left of it. */
export async function readPastBuild(
  connection: Connection,
  { ref, context, buildArgs }: PastBuild,
  signal: AbortSignal,
): Promise<BuildRecord | undefined> {
  const reader = new LogReader();
  for await (const message of connection.stream(controlService.status, { ref }, { signal })) reader.read(message);
  return reader.record({ ref, context, origin: "worker" }, buildArgs);
}
