import { Failure } from "../../failure.ts";
import { formatPlatform } from "../../platform.ts";
import type { WorkerInfo } from "../events.ts";
import { controlService } from "./client-services.ts";
import type { Connection } from "./connection.ts";
import { fromWirePlatform } from "./wire.ts";

/** Asks the worker what it is and what it can run. Rejects as the connection's calls do. */
export async function readWorkerInfo(connection: Connection, signal: AbortSignal): Promise<WorkerInfo> {
  const { endpoint, origin, protocol } = connection.worker;
  const [version, workers] = await Promise.all([
    readVersion(connection, signal),
    connection.call(controlService.listWorkers, {}, { signal }),
  ]);
  const platforms = workers.record.flatMap((record) => (record.platforms ?? []).map(fromWirePlatform));
  return {
    description: `${protocol === "docker" ? "Docker engine" : "buildkitd"} at ${endpoint.text.replace(/^docker:\/\/(?=[a-z]+:)/, "")}`,
    address: endpoint.text,
    origin,
    version,
    platforms: [...new Set(platforms.map(formatPlatform))],
  };
}

/** Docker engines do not know their BuildKit's version, and old workers not the call. */
async function readVersion(connection: Connection, signal: AbortSignal): Promise<string> {
  try {
    const { buildkitVersion } = await connection.call(controlService.info, {}, { signal });
    const version = buildkitVersion?.version ?? "";
    return version === "v0.0.0+unknown" ? "" : version;
  } catch (error) {
    if (error instanceof Failure && error.code === "capability-missing") return "";
    throw error;
  }
}
