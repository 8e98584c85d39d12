import { setMaxListeners } from "node:events";
import { now } from "../../clock.ts";
import { Failure } from "../../failure.ts";
import type { Gateway } from "../../frontend/gateway.ts";
import type { CachePlan } from "../caches.ts";
import type { SolveEvent } from "../events.ts";
import type { Exporter } from "../outputs.ts";
import type { CacheEntry } from "../solve-options.ts";
import type { SourcePolicy } from "../source-policy.ts";
import type { Attachable, AttachableContext } from "./attachable.ts";
import { bridgeOf } from "./bridge.ts";
import { controlService } from "./client-services.ts";
import type { Connection } from "./connection.ts";
import { checkDefinitionSize } from "./definition-size.ts";
import { openGateway } from "./gateway.ts";
import type { control } from "./proto/gen/buildkit.js";
import { newId, openSession } from "./session.ts";
import { toWirePolicy } from "./source-policy.ts";
import { StatusReader } from "./status.ts";
import { statusJson } from "./status-json.ts";
import { toMap, toRecord } from "./wire.ts";

/** How long a worker may go on telling after its answer, in milliseconds of silence; less when nobody wants to hear it. */
const statusPatience = { answered: 5000, cancelled: 2000 };

/** How long a worker may take to end a build that was given back as failed. */
const failurePatience = 5000;

export interface Job {
  readonly connection: Connection;
  readonly session: {
    readonly id: string;
    readonly sharedKey: string;
    readonly attach: (context: AttachableContext) => readonly Attachable[];
  };
  readonly what: Work;
  readonly frontendOptions: ReadonlyMap<string, string>;
  readonly exporters: readonly Exporter[];
  readonly caches?: Pick<CachePlan, "imports" | "exports"> | undefined;
  readonly sourcePolicy?: SourcePolicy | undefined;
  /** It builds nothing that anyone would look up: the worker keeps no record of it. */
  readonly internal?: boolean | undefined;
  readonly entitlements: readonly string[];
  readonly signal: AbortSignal;
  /** What it returns is waited for before the next event is taken in. */
  readonly onEvent: (event: SolveEvent) => Promise<void> | void;
  /** Hears what the exporters said as soon as the worker has answered: the build's last messages may be yet to come. */
  readonly onSolved?: ((exporterResponse: ReadonlyMap<string, string>) => void) | undefined;
  /** Hears each status message in BuildKit's own JSON, before its events. */
  readonly onStatus?: ((json: string) => void) | undefined;
}

/** What is built: a definition as it is, what a frontend of the worker makes, or what we make over the gateway. */
export type Work =
  | { readonly kind: "definition"; readonly definition: Uint8Array }
  | { readonly kind: "frontend"; readonly frontend: string }
  /** Ends by the gateway's `return` or `fail`. */
  | { readonly kind: "gateway"; readonly run: (gateway: Gateway, signal: AbortSignal) => Promise<void> };

export interface JobResult {
  readonly ref: string;
  readonly exporterResponse: ReadonlyMap<string, string>;
}

/**
 * Runs one build on a worker: session, Control.Solve, its status, and for a gateway build the frontend, side by side.
 *
 * Settles when all of them have. Rejects with what went wrong first on our side (an unreadable context, a Dockerfile
 * error, a failed step), or else with the worker's error; after an abort of `signal` with its reason, when the worker
 * has been told and everything half-written is gone.
 */
export async function runJob(job: Job): Promise<JobResult> {
  const { connection, what } = job;
  if (what.kind === "definition") checkDefinitionSize(what.definition);
  const ref = newId();
  const stop = new AbortController();
  const signal = AbortSignal.any([job.signal, stop.signal]);
  // Every call under way listens to it, and there may be hundreds.
  setMaxListeners(0, signal);
  const reported: Failure[] = [];
  const attachables = job.session.attach({ signal, report: (failure) => reported.push(failure) });
  const session = await openSession(connection, { ...job.session, name: "llbc", attachables, signal });
  try {
    void session.lost.then(() => stop.abort(new Failure("worker-unreachable", "the worker closed the session")));
    const response = await solveWithStatus(job, ref, signal, stop);
    return { ref, exporterResponse: toMap(response.exporterResponse) };
  } catch (error) {
    job.signal.throwIfAborted();
    throw reported[0] ?? error;
  } finally {
    stop.abort();
    await session.close();
  }
}

async function solveWithStatus(
  job: Job,
  ref: string,
  signal: AbortSignal,
  stop: AbortController,
): Promise<control.SolveResponse> {
  const status = new StatusPump(job, ref);
  try {
    const solving = job.connection.call(controlService.solve, solveRequest(job, ref), { signal });
    // What the frontend does makes no sense any more when the worker has given up.
    solving.catch((error: unknown) => stop.abort(error));
    const { what } = job;
    const frontend = what.kind === "gateway" ? runFrontend(job, ref, what.run, signal, stop) : Promise.resolve();
    const response = await bothSettled(solving, frontend);
    job.onSolved?.(toMap(response.exporterResponse));
    await status.end(statusPatience.answered);
    return response;
  } catch (error) {
    await status.end(job.signal.aborted ? statusPatience.cancelled : statusPatience.answered);
    throw error;
  }
}

/** The worker's side ends when the frontend has returned or failed: the second never waits for the first. */
async function bothSettled(
  solving: Promise<control.SolveResponse>,
  frontend: Promise<void>,
): Promise<control.SolveResponse> {
  const [solved, ran] = await Promise.allSettled([solving, frontend]);
  // The frontend knows best why it failed; but when it was only stopped, then because of what the worker answered.
  if (ran.status === "rejected" && !(solved.status === "rejected" && ran.reason === solved.reason)) throw ran.reason;
  if (solved.status === "rejected") throw solved.reason;
  return solved.value;
}

async function runFrontend(
  job: Job,
  ref: string,
  run: (gateway: Gateway, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  stop: AbortController,
): Promise<void> {
  let patience = 0;
  try {
    const facts = {
      options: job.frontendOptions,
      sessionId: job.session.id,
      product: "",
      inputs: new Map<string, Uint8Array>(),
    };
    const gateway = await openGateway(bridgeOf(job.connection, ref), facts, signal);
    patience = failurePatience;
    await run(gateway, signal);
  } catch (error) {
    // Without an end that is told to the worker, or an answer to it, the build would wait for ever.
    setTimeout(() => stop.abort(error), patience).unref();
    throw error;
  }
}

function solveRequest(job: Job, ref: string): control.SolveRequest.$Properties {
  const { what, caches = { imports: [], exports: [] } } = job;
  const [first] = job.exporters;
  return {
    ref,
    session: job.session.id,
    cache: { imports: caches.imports.map(cacheOption), exports: caches.exports.map(cacheOption) },
    frontendAttrs: toRecord(job.frontendOptions),
    exporters: job.exporters.map(({ type, attrs }) => ({ type, attrs: toRecord(attrs) })),
    ...(first === undefined ? {} : { exporter: first.type, exporterAttrs: toRecord(first.attrs) }),
    entitlements: [...job.entitlements],
    internal: job.internal === true,
    ...(job.sourcePolicy === undefined ? {} : { sourcePolicy: toWirePolicy(job.sourcePolicy) }),
    ...(what.kind === "definition" ? { definition: what.definition } : {}),
    ...(what.kind === "frontend" ? { frontend: what.frontend } : {}),
  };
}

function cacheOption({ type, attrs = {} }: CacheEntry): control.CacheOption.$Properties {
  return { type, attrs: toRecord(new Map(Object.entries(attrs))) };
}

/** Passes a build's status on as events until the worker ends it. */
class StatusPump {
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;
  #lastHeard = now();

  constructor(job: Job, ref: string) {
    this.#ended = this.#run(job, ref);
    // It is awaited in `end`, which may come much later.
    this.#ended.catch(() => {});
  }

  /** Waits for the end of the status, but not longer than the worker is silent for `patience` milliseconds. */
  async end(patience: number): Promise<void> {
    this.#lastHeard = now();
    const watch = setInterval(
      () => {
        if (now() - this.#lastHeard >= patience) this.#stop.abort();
      },
      Math.min(patience, 250),
    );
    try {
      await this.#ended;
    } finally {
      clearInterval(watch);
    }
  }

  async #run({ connection, onEvent, onStatus }: Job, ref: string): Promise<void> {
    const reader = new StatusReader();
    try {
      for await (const message of connection.stream(controlService.status, { ref }, { signal: this.#stop.signal })) {
        this.#lastHeard = now();
        onStatus?.(statusJson(message));
        for (const event of reader.read(message)) await onEvent(event);
      }
    } catch (error) {
      // Progress is for looking at: how the build ended is in the answer to Solve. A bug of ours is no such thing.
      if (!(error instanceof Failure) && !this.#stop.signal.aborted) throw error;
    }
  }
}
