import type { CacheImport } from "../graph/config/cache-imports.ts";
import type { Platform } from "../platform.ts";
import type { Range } from "../range.ts";

/**
 * BuildKit as a frontend sees it: the LLBBridge service. It is the same from outside, where a client runs the frontend
 * for a build it has opened, and from inside, where BuildKit runs the frontend in a container.
 *
 * Laws: `build` is fixed for the lifetime of the gateway. Every wait honours its signal, rejecting with the signal's
 * reason. What BuildKit refuses rejects with a Failure whose `cause` keeps the details of the call, so that `fail` can
 * hand them back. Exactly one of `return` and `fail` is called, once, and last; without it BuildKit waits or reports
 * no result.
 */
export interface Gateway {
  readonly build: BuildEnvironment;
  /** What a source stands for now: the digest and config of an image, the commit of a git ref, the date of a file. */
  resolveSourceMeta(request: SourceMetaRequest, signal: AbortSignal): Promise<SourceMeta>;
  /** The older call, for images only; workers without `source.metaresolver` have no other. */
  resolveImageConfig(request: ImageConfigRequest, signal: AbortSignal): Promise<ImageConfig>;
  solve(request: GatewaySolveRequest, signal: AbortSignal): Promise<GatewayResult>;
  /** Definitions given to the frontend by name, as `pb.Definition` messages; only with the capability `frontend.inputs`. */
  inputs(signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Shows a warning under a vertex of the build; a worker without `gateway.warnings` drops it. */
  warn(warning: GatewayWarning, signal: AbortSignal): Promise<void>;
  return(result: FrontendResult, signal: AbortSignal): Promise<void>;
  /** Ends the build with an error; never rejects because the build is already over. */
  fail(error: unknown, signal: AbortSignal): Promise<void>;
}

/** What is known before the first call: the answer to Ping and what the frontend was started with. */
export interface BuildEnvironment {
  /** Frontend options such as `target`, `build-arg:NAME` and `context:NAME`. */
  readonly options: ReadonlyMap<string, string>;
  readonly sessionId: string;
  readonly workers: readonly GatewayWorker[];
  /** What BuildKit calls itself, such as `buildkit` or `docker`; may be empty. */
  readonly product: string;
  /** Enabled capabilities of definitions, by id. */
  readonly llbCaps: ReadonlySet<string>;
  /** Enabled capabilities of the gateway itself, by id. */
  readonly gatewayCaps: ReadonlySet<string>;
}

export interface GatewayWorker {
  readonly id: string;
  readonly labels: ReadonlyMap<string, string>;
  /** The native platform first. */
  readonly platforms: readonly Platform[];
}

export interface SourceMetaRequest {
  readonly identifier: string;
  readonly attrs: ReadonlyMap<string, string>;
  /** Of an image or OCI layout; absent for the worker's own. */
  readonly platform?: Platform | undefined;
  /** `default`, `pull` or `local`, for images. */
  readonly resolveMode?: string | undefined;
  /** Asks for the bytes of the commit and tag objects of a git source. */
  readonly gitObjects?: boolean | undefined;
  /** The line shown while this is resolved. */
  readonly logName?: string | undefined;
}

export interface SourceMeta {
  /** May differ from the one asked for: an image gets its digest, a policy may replace any source. */
  readonly identifier: string;
  readonly attrs: ReadonlyMap<string, string>;
  readonly image?: { readonly digest: string; readonly config: Uint8Array } | undefined;
  readonly git?: GitMeta | undefined;
  readonly http?: HttpMeta | undefined;
}

export interface GitMeta {
  readonly checksum: string;
  readonly ref: string;
  /** The commit that an annotated tag points to. */
  readonly commitChecksum: string;
  readonly commitObject?: Uint8Array | undefined;
  readonly tagObject?: Uint8Array | undefined;
}

export interface HttpMeta {
  readonly digest: string;
  readonly filename: string;
  /** Seconds since 1970. */
  readonly lastModified?: bigint | undefined;
}

export interface ImageConfigRequest {
  /** A full reference, `docker.io/library/alpine:latest`. */
  readonly ref: string;
  readonly platform?: Platform | undefined;
  readonly resolveMode?: string | undefined;
  readonly logName?: string | undefined;
  /** Present for an image of an OCI layout that a session serves. */
  readonly ociLayout?: { readonly sessionId: string; readonly storeId: string } | undefined;
}

export interface ImageConfig {
  /** The reference after policies; equal to the one asked for on older workers. */
  readonly ref: string;
  readonly digest: string;
  readonly config: Uint8Array;
}

/** Solves a definition, or runs another frontend when `frontend` is given. */
export interface GatewaySolveRequest {
  /** A `pb.Definition` message. */
  readonly definition?: Uint8Array | undefined;
  readonly frontend?: string | undefined;
  readonly frontendOptions?: ReadonlyMap<string, string> | undefined;
  /** `pb.Definition` messages by name. */
  readonly frontendInputs?: ReadonlyMap<string, Uint8Array> | undefined;
  /** Runs the result now instead of when it is first needed. */
  readonly evaluate?: boolean | undefined;
  readonly cacheImports?: readonly CacheImport[] | undefined;
}

/** One ref, or refs by name; a ref is absent where the result is scratch. */
export interface GatewayResult {
  readonly ref?: GatewayRef | undefined;
  readonly refs: ReadonlyMap<string, GatewayRef | undefined>;
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  /** By platform, those of a frontend that made some. */
  readonly attestations?: ReadonlyMap<string, readonly Attestation[]> | undefined;
}

/** A solved result that the worker keeps while the build lasts. */
export interface GatewayRef {
  readonly id: string;
  /** The `pb.Definition` message that it is the result of, where the worker tells. */
  readonly definition?: Uint8Array | undefined;
  /** Paths are absolute or relative to the root; a path that is missing rejects. */
  readFile(path: string, options: ReadFileOptions, signal: AbortSignal): Promise<Uint8Array>;
  readDir(path: string, options: ReadDirOptions, signal: AbortSignal): Promise<readonly FileStat[]>;
  statFile(path: string, signal: AbortSignal): Promise<FileStat>;
  /** Runs what the result needs, now. */
  evaluate(signal: AbortSignal): Promise<void>;
}

export interface ReadFileOptions {
  readonly offset?: number | undefined;
  /** Bytes; absent for all. */
  readonly length?: number | undefined;
}

export interface ReadDirOptions {
  /** A pattern of `filepath.Match` on names. */
  readonly includePattern?: string | undefined;
}

/** `mode` has the bits of Go's `os.FileMode`, `modTime` is in nanoseconds since 1970. */
export interface FileStat {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: bigint;
  readonly modTime: bigint;
  readonly linkname: string;
}

export interface GatewayWarning {
  /** The vertex that the warning is about. */
  readonly digest: string;
  readonly level: number;
  readonly short: string;
  readonly detail: readonly string[];
  readonly url: string;
  readonly source?: GatewayWarningSource | undefined;
  readonly ranges: readonly Range[];
}

export interface GatewayWarningSource {
  readonly filename: string;
  readonly language: string;
  readonly data: Uint8Array;
  /** A `pb.Definition` message. */
  readonly definition?: Uint8Array | undefined;
}

/** The outcome of a frontend: like a solve's result, with refs by platform id in a multi-platform build. */
export interface FrontendResult {
  readonly ref?: GatewayRef | undefined;
  /** Absent unless the result is by platform; a scratch result is undefined inside. */
  readonly refs?: ReadonlyMap<string, GatewayRef | undefined> | undefined;
  readonly metadata: ReadonlyMap<string, Uint8Array>;
  /** By platform; only for a worker with `reference.attestations`. */
  readonly attestations?: ReadonlyMap<string, readonly Attestation[]> | undefined;
}

/** A folder of in-toto statements about a result. */
export interface Attestation {
  readonly ref: GatewayRef | undefined;
  readonly predicateType: string;
  readonly metadata: ReadonlyMap<string, Uint8Array>;
}
