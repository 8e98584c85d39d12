import type { BuildEnvironment } from "../../frontend/gateway.ts";
import type { Connection } from "./connection.ts";
import { runJob } from "./job.ts";
import { newId } from "./session.ts";

export type WorkerCaps = Pick<BuildEnvironment, "llbCaps" | "gatewayCaps">;

/**
 * What a worker says it can do, by BuildKit's names. It only says so inside of a build: an empty one is made, which the
 * worker keeps no record of. Rejects as `runJob` does.
 */
export async function readCaps(connection: Connection, signal: AbortSignal): Promise<WorkerCaps> {
  let caps: WorkerCaps = { llbCaps: new Set(), gatewayCaps: new Set() };
  await runJob({
    connection,
    session: { id: newId(), sharedKey: "", attach: () => [] },
    what: {
      kind: "gateway",
      async run(gateway, linked) {
        caps = gateway.build;
        await gateway.return({ metadata: new Map() }, linked);
      },
    },
    frontendOptions: new Map(),
    exporters: [],
    entitlements: [],
    internal: true,
    signal,
    onEvent: () => {},
  });
  return caps;
}
