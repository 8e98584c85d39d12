import type { OpInput } from "../../llb/op.ts";
import type { VertexKeys } from "../analyses/durations.ts";
import type { GraphVertex } from "../build-graph.ts";
import type { ContentSelector } from "../cache-map/content-selector.ts";
import type { Manifest } from "./manifest.ts";
import type { RecordedOp } from "./recorded-op.ts";

/**
 * What is kept of a build: its graph, what ran and for how long, and enough to say later why a step ran again. Of values
 * (build arguments, environment, contents) it has hashes made with a key of the machine's, of files digests; names,
 * commands, addresses and the ends of logs have been cleared of the values of build arguments, of secrets and of
 * credentials. No secret is in it.
 */
export interface BuildRecord extends RecordedSteps {
  /** What was read of local folders, by the digest of their vertex; a folder of which that is not known is absent. */
  readonly manifests: ReadonlyMap<string, Manifest>;
}

/** A record without what was read of folders, which may be long. */
export interface RecordedSteps extends BuildSummary {
  /** Build arguments as they were given: the hash of each value, by name. */
  readonly buildArgs: ReadonlyMap<string, string>;
  /** Of the bytes of the Dockerfile, by which it is known again; undefined where there was none at hand. */
  readonly dockerfileDigest: string | undefined;
  /** In topological order. */
  readonly vertices: readonly RecordedVertex[];
}

/** What `llbc history ls` tells of a build. Times are milliseconds since the epoch. */
export interface BuildSummary {
  /** The id that the worker knows the build by, or that of its own for a build that it did not take on. */
  readonly ref: string;
  /** Recorded as it ran, or read from a log of its progress, or from what the worker keeps of it. */
  readonly origin: "solve" | "log" | "worker";
  readonly started: number;
  readonly completed: number;
  readonly outcome: BuildOutcome;
  /** The folder or address that it was built from; empty where that is not known. */
  readonly context: string;
  readonly dockerfile: string;
  /** Empty for the last stage. */
  readonly target: string;
  readonly platforms: readonly string[];
  readonly worker: RecordedWorker | undefined;
  /** How many vertices ran, and how many were found in a cache. */
  readonly ran: number;
  readonly cached: number;
}

/** How a build ended. */
export type BuildOutcome = "completed" | "failed" | "cancelled";

/** The worker that built, as the history keeps it. */
export interface RecordedWorker {
  readonly description: string;
  readonly address: string;
  readonly version: string;
  /** Those that it runs itself, its own first. */
  readonly platforms: readonly string[];
}

/** A vertex as the history keeps it: what it was and what became of it. */
export interface RecordedVertex {
  readonly digest: string;
  readonly kind: GraphVertex["kind"];
  readonly name: string;
  readonly stage: string | undefined;
  readonly platforms: readonly string[];
  readonly lines: readonly number[];
  readonly inputs: readonly OpInput[];
  readonly keys: VertexKeys;
  /** What it would take by its kind, and how many times longer for being emulated. Milliseconds. */
  readonly estimate: number;
  readonly emulation: number;
  /** It was to run whatever the cache holds. */
  readonly ignoresCache: boolean;
  /** The digest of its cache map, see `cacheMapOf`; undefined where only the worker knows. */
  readonly cacheKey: string | undefined;
  /** By index of the inputs. */
  readonly deps: readonly RecordedDep[];
  /** What it does, part by part: see `traitsOf`. */
  readonly traits: readonly Trait[];
  /** What it does, for advice on it; undefined where nothing is known. */
  readonly op: RecordedOp | undefined;
  readonly state: VertexState;
  /** Milliseconds since the epoch, by the worker's clock. */
  readonly runs: readonly { readonly started: number; readonly completed: number }[];
  /** Transferred for it, as far as the worker told. */
  readonly bytes: number;
  /** Of a command that failed. */
  readonly exitCode: number | undefined;
  /** The last lines that it wrote; none of a step that was given a secret. */
  readonly log: readonly string[];
}

/** How an input counts for the cache: see `CacheDep`. */
export interface RecordedDep {
  readonly selector: string | undefined;
  readonly reads: readonly ContentSelector[] | undefined;
  /** The digest of what is read; undefined where no content counts, or that of an input that is no local folder. */
  readonly content: string | undefined;
}

/** `unknown`: nothing was heard of it, as of what a result from a cache made needless. */
export type VertexState = "cached" | "completed" | "failed" | "cancelled" | "skipped" | "unknown";

/** One of the things that make a vertex what it is, such as `env PATH`, with a value or its hash. */
export interface Trait {
  readonly name: string;
  readonly value: string;
  /** Whether the value may be shown: it is no hash. */
  readonly plain: boolean;
}
