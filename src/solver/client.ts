import type { BuildRecord } from "../graph/history/build-record.ts";
import type { Definition } from "../llb/definition.ts";
import { runBuild } from "./build.ts";
import type { Tls } from "./buildkit/address.ts";
import type { Connection } from "./buildkit/connection.ts";
import { readDiskUsage, type UsageFilter, type UsageRecord } from "./buildkit/disk-usage.ts";
import { listPastBuilds, type PastBuild, readPastBuild } from "./buildkit/past-builds.ts";
import { type PruneOptions, prune } from "./buildkit/prune.ts";
import { readWorkerDetails, type WorkerDetails } from "./buildkit/worker-details.ts";
import type { Worker } from "./buildkit/worker-info.ts";
import type { WorkerInfo } from "./events.ts";
import { openWorker } from "./open-worker.ts";
import { type RunningSolve, startSolve } from "./running-solve.ts";
import type { ContextInput, SolveOptions } from "./solve-options.ts";

/** How a {@link Client} finds its worker. */
export interface ConnectOptions {
  readonly tls?: Tls | undefined;
  /** A builder of docker buildx, or a Docker context, by name, where there is no address. */
  readonly builder?: string | undefined;
  /** What is to be built for, for the choice among the nodes of a builder. */
  readonly platforms?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface CallSignal {
  readonly signal?: AbortSignal | undefined;
}

/** How a build of a client is made: by the worker that the client has. */
export type ClientSolveOptions = Omit<SolveOptions, "addr" | "tls" | "builder">;

/**
 * Connects to a worker, the one at `addr` or the first that answers, for many builds. Rejects with a Failure:
 * `worker-unreachable` or `usage`.
 */
export async function connect(addr?: string, options: ConnectOptions = {}): Promise<Client> {
  const { connection, worker } = await openWorker({ addr, ...options });
  return new Client(connection, worker);
}

/**
 * A worker with a connection that stays: builds begin without finding and asking it first, and run side by side, each
 * with a session of its own. When the worker was away, the next build connects again. Lasts until `close`.
 */
export class Client {
  readonly #connection: Connection;
  readonly #worker: Worker;
  #isClosed = false;

  /** @internal */
  constructor(connection: Connection, worker: Worker) {
    this.#connection = connection;
    this.#worker = worker;
  }

  get worker(): WorkerInfo {
    return this.#worker.info;
  }

  /** Builds as the function `solve` does, and rejects as it does. */
  solve(input: ContextInput | Definition, options: ClientSolveOptions = {}): RunningSolve {
    const open = async () => ({ connection: this.#opened(), worker: this.#worker });
    return startSolve((tell) => runBuild(input, options, open, tell));
  }

  /** What the worker tells of itself: versions, platforms, what it can do, what its garbage collection keeps. */
  async inspect({ signal }: CallSignal = {}): Promise<WorkerDetails> {
    return readWorkerDetails(this.#opened(), this.#worker.info.version, signal ?? new AbortController().signal);
  }

  /** What the worker's cache takes, the smallest records first. */
  async diskUsage({ signal, ...filter }: UsageFilter & CallSignal = {}): Promise<readonly UsageRecord[]> {
    return readDiskUsage(this.#opened(), filter, signal);
  }

  /** Removes records of the worker's cache, and gives each as it goes. Nothing happens before it is iterated over. */
  prune({ signal, ...options }: PruneOptions & CallSignal = {}): AsyncIterable<UsageRecord> {
    return prune(this.#opened(), options, signal ?? new AbortController().signal);
  }

  /** What the worker remembers of past builds, or of the one with this ref, the newest last. */
  async pastBuilds({
    ref,
    signal = new AbortController().signal,
  }: CallSignal & { readonly ref?: string } = {}): Promise<readonly PastBuild[]> {
    return listPastBuilds(this.#opened(), signal, ref);
  }

  /** A build that the worker remembers, as a record of `llbc history`; undefined where nothing is left of it. */
  async pastBuild(
    build: PastBuild,
    { signal = new AbortController().signal }: CallSignal = {},
  ): Promise<BuildRecord | undefined> {
    return readPastBuild(this.#opened(), build, signal);
  }

  /** Ends the builds that are under way, and lets go of the worker: nothing can be asked of it by this client any more. */
  close(): void {
    this.#isClosed = true;
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #opened(): Connection {
    if (this.#isClosed) throw new Error("the client has been closed: connect again");
    return this.#connection;
  }
}
