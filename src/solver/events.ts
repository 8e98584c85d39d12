import type { Range } from "../range.ts";

/**
 * What happens during a solve, in the order in which it is learnt. Everything that is printed or drawn about a build
 * (terminal, plain text, JSON, timings in the graph) is a reader of this stream.
 *
 * Vertices are told apart by digest. It is the digest that the worker uses: usually the one in the definition, but
 * another one after a source policy changed a source, or where the worker does not know a field of the op.
 */
export type SolveEvent =
  | WorkerEvent
  | VertexEvent
  | StartedEvent
  | CachedEvent
  | CompletedEvent
  | FailedEvent
  | LogEvent
  | ProgressEvent
  | WarningEvent
  | NoteEvent;

/** Which worker runs the job: the first event of a solve. */
export interface WorkerEvent {
  readonly kind: "worker";
  readonly worker: WorkerInfo;
}

/** The worker that builds. */
export interface WorkerInfo {
  /** How it is reached, such as `docker at unix:///var/run/docker.sock`. */
  readonly description: string;
  /** The address, as `--addr` takes it. */
  readonly address: string;
  /** Why this one: `--addr`, `DOCKER_HOST`, `docker context "x"`… */
  readonly origin: string;
  readonly protocol: "docker" | "buildkit";
  /** What docker buildx calls it: a builder of its own, or else a Docker context, and the builder's node. */
  readonly builder: { readonly name: string; readonly node: string; readonly driver: string };
  /** A Docker engine that keeps its images as containerd does: by their own digest, and for several platforms. */
  readonly containerdImages: boolean;
  /** BuildKit's version; empty where the worker does not know (Docker engines). */
  readonly version: string;
  /** What the worker can run, its own platform first, as `os/arch[/variant]`. */
  readonly platforms: readonly string[];
}

/** A vertex became known. Comes once for each digest, before all its other events. */
export interface VertexEvent {
  readonly kind: "vertex";
  readonly vertex: string;
  /** What the step is called in the definition, such as `[linux/arm64 build 2/5] RUN make`. */
  readonly name: string;
  readonly inputs: readonly string[];
  /** The platform in front of the name, empty in a build of one platform. */
  readonly platform: string;
  /** Internal steps (`[internal] …`, `[auth] …`) and groups are the worker's own and not part of the Dockerfile. */
  readonly internal: boolean;
  readonly progressGroup?: { readonly id: string; readonly name: string; readonly weak: boolean };
}

/** Times are milliseconds since the epoch with a fraction, from the worker's clock. */
export interface StartedEvent {
  readonly kind: "started";
  readonly vertex: string;
  readonly at: number;
}

/** The vertex's result came from the cache: instead of `completed`. */
export interface CachedEvent {
  readonly kind: "cached";
  readonly vertex: string;
  readonly at: number;
}

/** The vertex ran to its end, as far as the worker knows: a vertex can start again for another of its outputs. */
export interface CompletedEvent {
  readonly kind: "completed";
  readonly vertex: string;
  /** When its present run started. */
  readonly started: number;
  readonly at: number;
  /** Nothing ran: its result was fetched from where it was found. */
  readonly isTransfer?: true;
}

/** The vertex ended without a result. */
export interface FailedEvent {
  readonly kind: "failed";
  readonly vertex: string;
  readonly started: number;
  readonly at: number;
  readonly error: string;
  /** It did not fail itself: the build was cancelled or another vertex failed. */
  readonly cancelled: boolean;
}

/** Bytes that a step wrote: any cut, not lines. */
export interface LogEvent {
  readonly kind: "log";
  readonly vertex: string;
  readonly stream: "stdout" | "stderr";
  readonly data: Uint8Array;
  readonly at: number;
}

/** Progress of one part of a vertex: a layer downloaded, a context sent, an image exported. */
export interface ProgressEvent {
  readonly kind: "progress";
  readonly vertex: string;
  /** Tells the parts of one vertex apart. */
  readonly id: string;
  readonly name: string;
  /** Bytes, as a rule; `total` is 0 where it is not known. */
  readonly current: number;
  readonly total: number;
  readonly started?: number;
  readonly completed?: number;
  readonly at: number;
}

/** A warning from the worker about a step. */
export interface WarningEvent {
  readonly kind: "warning";
  readonly vertex: string;
  readonly level: number;
  readonly message: string;
  readonly detail: readonly string[];
  readonly url: string;
  readonly filename: string;
  readonly text: Uint8Array;
  readonly ranges: readonly Range[];
}

/** Something that we did and the user should know, such as a default that was chosen. */
export interface NoteEvent {
  readonly kind: "note";
  readonly message: string;
}

/** Takes events as they come. Must not throw. */
export type SolveListener = (event: SolveEvent) => void;
