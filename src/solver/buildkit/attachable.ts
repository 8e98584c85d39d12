import type { Writable } from "node:stream";
import type { ServiceDefinition, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Failure } from "../../failure.ts";
import type { Endpoint } from "./address.ts";
import type { LookAhead } from "./filesync/look-ahead.ts";
import type { RawHandler } from "./raw-call.ts";

/**
 * One gRPC service that we serve to the worker over a session: file sync, file send, auth, secrets…
 * The paths of its methods are what the worker is told it may call.
 */
export interface Attachable {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
  /** The methods, by their path, that are answered message by message below gRPC: they are not in the implementation. */
  readonly raw?: ReadonlyMap<string, RawHandler>;
  /**
   * Called once when the session ends, however it ends: lets go of everything and removes what is half-written.
   * Never rejects.
   */
  close?(): Promise<void>;
}

/**
 * What an attachable gets from the job that it serves.
 *
 * The worker only hears an error's text, so a typed failure on our side (a context that cannot be read, an output
 * that cannot be written) is also reported here: the solve then rejects with it and not with its echo.
 */
export interface AttachableContext {
  /** Aborts when the job is over or cancelled. */
  readonly signal: AbortSignal;
  readonly report: (failure: Failure) => void;
}

/**
 * What one local source name (`context`, `dockerfile`, a named context's name) stands for. Include and exclude patterns
 * and followpaths are not here: they are part of the source op and come with the worker's call.
 */
export type LocalSource =
  /** `ahead`: a look at it that has begun already. */
  | { readonly kind: "folder"; readonly path: string; readonly ahead?: LookAhead | undefined }
  /** Files by their slash-separated path: a Dockerfile that came from standard input or from a string. */
  | { readonly kind: "memory"; readonly files: ReadonlyMap<string, Uint8Array> };

/** Where one exporter's bytes go. Exporters are told apart by their place in the request, from 0. */
export type ExportTarget =
  /** A tar-like stream into a file: written beside it, synced, then renamed, so that it is whole or not there. */
  | { readonly kind: "file"; readonly path: string }
  /** A tar-like stream into a stream of the caller's (standard output); ended when the export is whole. */
  | { readonly kind: "stream"; readonly stream: Writable }
  /** A tar-like stream into a Docker engine, which keeps the image. */
  | { readonly kind: "engine"; readonly endpoint: Endpoint }
  /** A tree of files into a folder, made when absent; what is in it and not in the export stays. */
  | { readonly kind: "folder"; readonly path: string };
