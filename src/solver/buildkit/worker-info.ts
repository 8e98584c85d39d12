import { Failure } from "../../failure.ts";
import { formatPlatform } from "../../platform.ts";
import type { WorkerInfo } from "../events.ts";
import { controlService } from "./client-services.ts";
import type { Connection } from "./connection.ts";
import { fromWirePlatform, toMap } from "./wire.ts";

/** A worker as a build meets it. */
export interface Worker {
  readonly info: WorkerInfo;
  /** It can attach attestations to images: BuildKit from 0.11 on, and in an engine only with containerd's image store. */
  readonly attests: boolean;
  /** The address that stands for the machine of an engine (`host-gateway`); only engines tell. */
  readonly hostGateway: string | undefined;
  /** Its builds are loaded into the Docker engine unless they say where else they go. */
  readonly defaultLoad: boolean;
}

/** Asks the worker what it is and what it can run. Rejects as the connection's calls do. */
export async function readWorker(connection: Connection, signal: AbortSignal): Promise<Worker> {
  const { endpoint, origin, protocol, builder } = connection.worker;
  const [version, workers] = await Promise.all([
    readVersion(connection, signal),
    connection.call(controlService.listWorkers, {}, { signal }),
  ]);
  const platforms = workers.record.flatMap((record) => (record.platforms ?? []).map(fromWirePlatform));
  const labels = new Map(workers.record.flatMap((record) => [...toMap(record.labels)]));
  const containerdImages = protocol === "docker" && labels.has(label.snapshotter);
  const info = {
    description: `${protocol === "docker" ? "Docker engine" : "buildkitd"} at ${endpoint.text.replace(/^docker:\/\/(?=[a-z]+:)/, "")}`,
    address: endpoint.text,
    origin,
    protocol,
    builder: { name: builder.name, node: builder.node, driver: builder.driver },
    containerdImages,
    version: version ?? "",
    platforms: [...new Set(platforms.map(formatPlatform))],
  };
  return {
    info,
    attests: version !== undefined && (protocol === "buildkit" || containerdImages),
    hostGateway: labels.get(label.hostGateway),
    defaultLoad: builder.defaultLoad,
  };
}

const label = {
  snapshotter: "org.mobyproject.buildkit.worker.snapshotter",
  hostGateway: "org.mobyproject.buildkit.worker.moby.host-gateway-ip",
};

/** Docker engines do not know their BuildKit's version: it is empty. Workers from before 0.11 lack the call. */
async function readVersion(connection: Connection, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { buildkitVersion } = await connection.call(controlService.info, {}, { signal });
    const version = buildkitVersion?.version ?? "";
    return version === "v0.0.0+unknown" ? "" : version;
  } catch (error) {
    if (error instanceof Failure && error.code === "capability-missing") return undefined;
    throw error;
  }
}
