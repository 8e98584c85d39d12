import type { Gateway } from "../frontend/gateway.ts";
import { dockerCredentials } from "../registry/docker-credentials.ts";
import { askWorker } from "../solver/ask-worker.ts";
import { auth } from "../solver/buildkit/auth/auth.ts";
import type { DiscoverOptions } from "../solver/buildkit/discover.ts";
import { upload } from "../solver/buildkit/upload.ts";
import type { Uploads } from "../solver/buildkit/uploads.ts";
import { openWorker } from "../solver/open-worker.ts";

/** A worker that answers questions. */
export interface WorkerGateway {
  readonly gateway: Gateway;
  readonly protocol: "docker" | "buildkit";
}

/** Which worker is asked, and what it may download from here. */
export interface Asked extends Pick<DiscoverOptions, "addr" | "builder" | "platforms"> {
  readonly uploads: Uploads;
}

/**
 * Opens a build on the worker that is named, or the one that is found, in which `use` can ask it about images and
 * sources, and ends it with an empty result: nothing is built. Registries are asked with this machine's credentials.
 *
 * Rejects with what `use` rejects with, or a Failure of the connection.
 */
export async function withWorkerGateway<T>(
  { uploads, ...where }: Asked,
  signal: AbortSignal,
  use: (worker: WorkerGateway, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { connection } = await openWorker({ ...where, signal });
  const { protocol } = connection.worker;
  try {
    return await askWorker(
      connection,
      {
        attach: (context) => [auth({ credentials: dockerCredentials() }, context), upload(uploads, context)],
        signal,
      },
      (gateway, linked) => use({ gateway, protocol }, linked),
    );
  } finally {
    connection.close();
  }
}
