import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { Server, ServerCredentials, type ServiceDefinition } from "@grpc/grpc-js";
import { pause } from "../../pause.ts";
import type { Attachable } from "./attachable.ts";
import type { Connection } from "./connection.ts";
import { messageLimit } from "./definition-size.ts";
import { health } from "./proto/gen/buildkit.js";
import { serveRaw } from "./raw-call.ts";
import { liftServerLimits, widenConnections } from "./server-limits.ts";
import { healthService } from "./session-services.ts";

export interface SessionOptions {
  readonly id: string;
  readonly name: string;
  /**
   * What lets the worker reuse the files that an earlier session sent for the same context: equal for one context on one
   * machine. Empty would make all contexts of all its users share, and overwrite, one copy.
   */
  readonly sharedKey: string;
  readonly attachables: readonly Attachable[];
  readonly signal: AbortSignal;
}

/**
 * A session: the connection over which the worker asks us for files, credentials and secrets, and brings the results.
 * Lasts until `close`; `lost` resolves when the worker hangs up before that.
 */
export interface Session {
  readonly id: string;
  readonly lost: Promise<void>;
  close(): Promise<void>;
}

export { newId } from "./new-id.ts";

/** What gives a session its transport. */
export type Tunnels = Pick<Connection, "openTunnel">;

/** Opens a session on the worker. Rejects as `Connection.openTunnel` does; the attachables are then closed. */
export async function openSession(connection: Tunnels, options: SessionOptions): Promise<Session> {
  const { attachables } = options;
  const server = new Server({
    "grpc.max_receive_message_length": messageLimit,
    "grpc.max_send_message_length": messageLimit,
    "grpc.enable_channelz": 0,
  });
  liftServerLimits(server);
  const services = [healthAttachable, ...attachables];
  for (const { definition, implementation } of services) server.addService(definition, implementation);

  let tunnel: Duplex;
  try {
    tunnel = await openTunnel(connection, headersOf(options, services), options.signal);
  } catch (error) {
    server.forceShutdown();
    await closeAll(attachables);
    throw error;
  }
  // Errors of the tunnel show as its end; the calls on it fail by themselves.
  tunnel.on("error", () => {});
  const lost = new Promise<void>((resolve) => tunnel.once("close", resolve));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  widenConnections(server);
  serveRaw(server, attachables);
  injector.injectConnection(tunnel);

  let closing: Promise<void> | undefined;
  const shutDown = async () => {
    // What came with the tunnel is handed to the server a tick later, which must not be gone by then: Node would throw.
    await setImmediate();
    injector.destroy();
    server.forceShutdown();
    tunnel.destroy();
    await closeAll(attachables);
    await lost;
  };
  return {
    id: options.id,
    lost,
    close() {
      closing ??= shutDown();
      return closing;
    },
  };
}

// A Docker engine needs some five seconds to notice that an earlier session has ended.
const takenPatience = { attempts: 200, wait: 100 };

/**
 * A worker lets go of an ended session a moment later: a given id that was just in use is tried again for some seconds.
 */
async function openTunnel(connection: Tunnels, headers: ReturnType<typeof headersOf>, signal: AbortSignal) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await connection.openTunnel(headers, signal);
    } catch (error) {
      const isTaken = error instanceof Error && /session \S+ already exists/.test(error.message);
      if (!isTaken || attempt === takenPatience.attempts) throw error;
      await pause(takenPatience.wait, signal);
    }
  }
}

const healthAttachable: Attachable = {
  definition: healthService,
  implementation: {
    Check: (_call: unknown, answer: (error: null, response: health.HealthCheckResponse.$Properties) => void) => {
      answer(null, { status: health.HealthCheckResponse.ServingStatus.SERVING });
    },
  },
};

function headersOf(options: SessionOptions, services: readonly { definition: ServiceDefinition }[]) {
  return {
    "x-docker-expose-session-uuid": options.id,
    "x-docker-expose-session-name": options.name,
    "x-docker-expose-session-sharedkey": options.sharedKey,
    "x-docker-expose-session-grpc-method": services.flatMap(({ definition }) =>
      Object.values(definition).map((method) => method.path),
    ),
  };
}

async function closeAll(attachables: readonly Attachable[]): Promise<void> {
  await Promise.all(attachables.map((attachable) => attachable.close?.()));
}
