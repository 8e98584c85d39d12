import type { CapSet } from "../../llb/caps.ts";
import type { Platform } from "../../platform.ts";

/** The facts of a build that its own folders depend on; the same for all platforms. */
export interface ContextSite {
  /** Frontend options as BuildKit takes them: `context`, `context:NAME`, `local-sessionid:NAME`, `filename`, … */
  readonly options: ReadonlyMap<string, string>;
  readonly sessionId: string;
  /** What a named context is looked up for when nothing else is said. */
  readonly buildPlatform: Platform;
  readonly reader: ContextReader;
  /** What the worker can do; absent for all there is. */
  readonly caps?: CapSet | undefined;
}

/** What named contexts depend on besides. */
export interface ContextBuild extends ContextSite {
  readonly images: ContextImages;
}

/**
 * The content of contexts, as far as a compile must know it. What a definition loads is asked for with that definition,
 * so that a worker can run it; a reader that has the files at hand may go by the name.
 */
export interface ContextReader {
  /** The bytes of `.dockerignore` in a local source; undefined if there is none or it cannot be read. */
  ignoreFile(request: IgnoreFileRequest): Promise<Uint8Array | undefined>;
  /** The first `length` bytes of a download, or all of it; undefined if this reader cannot download. */
  download(request: DownloadRequest): Promise<Uint8Array | undefined>;
  /** Definitions given to the build by name, as `pb.Definition` messages. */
  inputs(signal: AbortSignal): Promise<ReadonlyMap<string, Uint8Array>>;
}

export interface IgnoreFileRequest {
  /** The name of the local source: `context` for the main one. */
  readonly name: string;
  readonly kind: "main" | "named";
  /** Makes the `pb.Definition` message that loads the file. */
  definition(): Uint8Array;
  readonly signal: AbortSignal;
}

export interface DownloadRequest {
  readonly url: string;
  /** The name of the file in what the definition makes. */
  readonly filename: string;
  readonly length?: number | undefined;
  /** Makes the `pb.Definition` message that downloads. */
  definition(): Uint8Array;
  readonly signal: AbortSignal;
}

/** Resolves the images of named contexts. */
export interface ContextImages {
  resolve(lookup: ContextImageLookup): Promise<ContextImageAnswer>;
}

export interface ContextImageLookup {
  /** A full reference, with tag or digest. */
  readonly ref: string;
  /** Absent: the worker's choice. */
  readonly platform: Platform | undefined;
  /** Absent for OCI layouts. */
  readonly resolveMode: string | undefined;
  readonly ociLayout: { readonly sessionId: string; readonly storeId: string } | undefined;
  readonly logName: string;
  readonly signal: AbortSignal;
}

export type ContextImageAnswer =
  | {
      readonly kind: "image";
      /** The reference to use in the definition. */
      readonly ref: string;
      /** Empty where none is known. */
      readonly digest: string;
      /** The config as JSON, parsed or not. */
      readonly config: object | Uint8Array;
    }
  /** A source policy put a source of another kind in its place. */
  | { readonly kind: "replaced"; readonly identifier: string };

/** The session that serves a local source: the build's own unless the options say otherwise. */
export function sessionOf(build: ContextSite, name: string): string {
  return build.options.get(`local-sessionid:${name}`) ?? build.sessionId;
}
