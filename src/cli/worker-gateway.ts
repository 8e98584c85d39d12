import type { Gateway } from "../frontend/gateway.ts";
import { dockerCredentials } from "../registry/docker-credentials.ts";
import { auth } from "../solver/buildkit/auth/auth.ts";
import type { DiscoverOptions } from "../solver/buildkit/discover.ts";
import { runJob } from "../solver/buildkit/job.ts";
import { newId } from "../solver/buildkit/session.ts";
import { openWorker } from "../solver/open-worker.ts";

/** A worker that answers questions. */
export interface WorkerGateway {
  readonly gateway: Gateway;
  readonly protocol: "docker" | "buildkit";
}

/**
 * Opens a build on the worker that is named, or the one that is found, in which `use` can ask it about images and
 * sources, and ends it with an empty result: nothing is built. Registries are asked with this machine's credentials.
 *
 * Rejects with what `use` rejects with, or a Failure of the connection.
 */
export async function withWorkerGateway<T>(
  where: Pick<DiscoverOptions, "addr" | "builder" | "platforms">,
  signal: AbortSignal,
  use: (worker: WorkerGateway, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { connection } = await openWorker({ ...where, signal });
  const answers: T[] = [];
  try {
    await runJob({
      connection,
      session: {
        id: newId(),
        sharedKey: "",
        attach: (context) => [auth({ credentials: dockerCredentials() }, context)],
      },
      what: { kind: "gateway", run: (gateway, linked) => ask(gateway, linked) },
      frontendOptions: new Map(),
      exporters: [],
      entitlements: [],
      signal,
      onEvent: () => {},
    });
  } finally {
    connection.close();
  }
  const [answer] = answers;
  if (answer === undefined) throw new Error("a build ended well before its frontend did");
  return answer;

  async function ask(gateway: Gateway, linked: AbortSignal): Promise<void> {
    try {
      answers.push(await use({ gateway, protocol: connection.worker.protocol }, linked));
    } catch (error) {
      await gateway.fail(error, linked);
      throw error;
    }
    await gateway.return({ metadata: new Map() }, linked);
  }
}
