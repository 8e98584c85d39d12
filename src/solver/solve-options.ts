import type { Writable } from "node:stream";
import type { Compilation } from "../graph/compilation.ts";
import type { Tls } from "./buildkit/address.ts";
import type { Listing } from "./buildkit/filesync/listing.ts";
import type { SolveListener, WorkerInfo } from "./events.ts";
import type { ImageSize } from "./image-sizes.ts";
import type { SourcePolicy } from "./source-policy.ts";

/** A Dockerfile that is at hand as text, with or without a context to copy from. */
export interface DockerfileInput {
  readonly source: string | Uint8Array;
  /** The name in diagnostics; `Dockerfile` by default. */
  readonly filename?: string | undefined;
  /** A folder, a git or http address, or absent: then there is nothing to copy. */
  readonly context?: string | undefined;
}

/** A context that is an archive: a tar, plain or compressed by gzip, bzip2 or xz. */
export interface ArchiveInput {
  /** Its bytes; a stream is read once, when the worker asks for it. `dockerfile` is a path in the archive. */
  readonly archive: Uint8Array | AsyncIterable<Uint8Array>;
}

/** What a Dockerfile is built from: the path of a folder, or a git or web address; a text; an archive. */
export type ContextInput = string | DockerfileInput | ArchiveInput;

/** How a build is made and where it goes. What is absent has BuildKit's default. */
export interface SolveOptions {
  /**
   * Path of the Dockerfile, against the current folder; by default `Dockerfile` in the context folder. In a remote context
   * or an archive a path of its own, unless it is absolute; or a web address.
   */
  readonly dockerfile?: string | undefined;
  readonly target?: string | undefined;
  readonly buildArgs?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** As `os/arch[/variant]`; none means the worker's own platform. */
  readonly platforms?: readonly string[] | undefined;
  /** By name: `docker-image://ref`, a folder, `oci-layout://folder`, a git or http address, `target:…`, `input:…`. */
  readonly namedContexts?: Readonly<Record<string, string>> | undefined;
  readonly noCache?: boolean | undefined;
  /** Stages whose steps run again. */
  readonly noCacheFilter?: readonly string[] | undefined;
  /** `name:address` or `name=address`. */
  readonly addHosts?: readonly string[] | undefined;
  /** `default`, `none` or `host`; `host` also asks the worker for that entitlement. */
  readonly network?: string | undefined;
  /** `name=soft[:hard]`. */
  readonly ulimits?: readonly string[] | undefined;
  /** Bytes. */
  readonly shmSize?: number | undefined;
  readonly cgroupParent?: string | undefined;
  /** Looks images up in their registry again, even if the worker has them. */
  readonly pull?: boolean | undefined;
  /**
   * Sends the extended attributes of local files, too, which takes the program getfattr and a walk of its own over each
   * folder. They count in the worker's cache as contents do.
   */
  readonly xattrs?: boolean | undefined;
  /** Other options of BuildKit's frontend by their names there; they win over those above. */
  readonly frontendOptions?: Readonly<Record<string, string>> | undefined;

  /** Names for image, OCI and Docker outputs. */
  readonly tags?: readonly string[] | undefined;
  /** Where the result goes; several where the worker can. None: a Docker engine keeps the image, else only its cache. */
  readonly outputs?: readonly SolveOutput[] | undefined;
  /** Pushes the image outputs; with none, adds one. */
  readonly push?: boolean | undefined;

  /**
   * Where to look for cache besides the worker's own: `registry` (`ref`), `local` (`src`, `tag`, `digest`), `gha`, `s3`,
   * `azblob`, with BuildKit's attributes. A local cache that is not there is left out with a note.
   */
  readonly cacheFrom?: readonly CacheEntry[] | undefined;
  /** Where to write cache: those types (`local` has `dest`), and `inline`, inside the image that is pushed. */
  readonly cacheTo?: readonly CacheEntry[] | undefined;
  /**
   * Attestations by type, `provenance` and `sbom`: their attributes (`mode=max`), true for the defaults, false for none.
   * Where nothing is said of provenance, images get a minimal one if the worker can attest.
   */
  readonly attestations?: Readonly<Record<string, string | boolean>> | undefined;
  /** `[level[platform],…:]key=value`; levels are manifest (the default), manifest-descriptor, index, index-descriptor. */
  readonly annotations?: readonly string[] | undefined;

  /** Contents by id, for RUN --mount=type=secret. */
  readonly secrets?: Readonly<Record<string, SecretSource>> | undefined;
  /**
   * For RUN --mount=type=ssh and git over SSH, by id (`default`): the socket of an agent, or files of private keys
   * without passphrases. An empty list stands for the agent that SSH_AUTH_SOCK names.
   */
  readonly ssh?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Such as `network.host` and `security.insecure`. */
  readonly entitlements?: readonly string[] | undefined;

  /** Which sources the build may use; see `parseSourcePolicy` for a policy in JSON. */
  readonly sourcePolicy?: SourcePolicy | undefined;

  /**
   * The worker's address: `unix://PATH`, `tcp://HOST:PORT`, `docker://` for the Docker engine of the current context or with
   * the address of another, `docker-container://NAME`. By default the one that `discover` finds.
   */
  readonly addr?: string | undefined;
  readonly tls?: Tls | undefined;
  /** A builder of docker buildx, or a Docker context, by name; `addr` wins over it. */
  readonly builder?: string | undefined;
  /**
   * At most so many RUN steps at once, over all platforms. Every RUN step of the target is then forced, also one that
   * a remote cache would have made unnecessary.
   */
  readonly maxParallelism?: number | undefined;
  /**
   * When a step fails, what does not need it goes on: other branches and platforms run to their end, and all failures are
   * told, as a ManyFailures. The build fails all the same. Every RUN step of the target is forced, as by maxParallelism.
   */
  readonly keepGoing?: boolean | undefined;
  /**
   * Fails with a Failure `not-cached`, before any RUN step starts, unless all that the build needs is in a cache: the
   * worker's own or one of cacheFrom.
   */
  readonly requireCache?: boolean | undefined;
  /** How often a build is tried again whose sources or registries do not answer, break off or are overloaded. */
  readonly retry?: number | undefined;
  /**
   * What a syntax line that names a frontend means: `auto` (the default) compiles docker/dockerfile here and has the
   * worker run any other; `here` compiles all here; `forward` leaves all to the worker's own dockerfile.v0.
   */
  readonly syntax?: "auto" | "forward" | "here" | undefined;
  /**
   * Who compiles: llbc (absent), or a frontend of the worker's such as `dockerfile.v0`, by name. Everything else is
   * the same: what is served, where the result goes, the events.
   */
  readonly frontend?: string | undefined;
  /**
   * Asks the frontend about the Dockerfile in place of building it: `outline`, `targets`, `lint`, or what else the frontend
   * that a syntax line names can be asked. `SolveResult.answer` has what it says; outputs and caches stay as they are.
   */
  readonly call?: string | undefined;
  /** The session's id; by default a fresh one, since builds run side by side. */
  readonly sessionId?: string | undefined;

  /**
   * Adds the provenance that the worker recorded of the build to what the exporters said, as `buildx.build.provenance`:
   * `max` with the build's steps and times, `min` without.
   */
  readonly provenanceRecord?: "min" | "max" | undefined;
  /** False spares the worker the questions about the sizes of the image, which are some round trips in the end. */
  readonly sizes?: boolean | undefined;

  /** Cancels the build on the worker; `solve` rejects with a Failure `cancelled` when everything is cleared away. */
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: SolveListener | undefined;
  /** Hears what the Dockerfile compiled to, before any of it runs: also of a build that fails. Must not throw. */
  readonly onCompiled?: ((compilation: Compilation) => void) | undefined;
  /** Hears what of a local source the worker was offered and has taken: a list of files, no contents. Must not throw. */
  readonly onListed?: ((listing: Listing) => void) | undefined;
  /**
   * Hears each of the worker's messages about the build as a line of JSON: a SolveStatus of BuildKit's, as docker buildx
   * prints it with `--progress rawjson`. Events tell the same for programs that have no reader of that form.
   */
  readonly onStatus?: ((json: string) => void) | undefined;
}

/** A cache outside of the worker, with the attributes that BuildKit has for its type. */
export interface CacheEntry {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, string>> | undefined;
}

/** A secret's contents: bytes at hand, or a file that is read when a step asks for it. */
export type SecretSource = { readonly data: Uint8Array } | { readonly path: string };

/** One place for the result. */
export interface SolveOutput {
  /**
   * `local` writes the files into a folder, one folder for each platform if there are several; `tar` the same as an
   * archive; `oci` and `docker` an image archive, or with the attribute `tar=false` the same as a folder, to which images
   * are added; `image` keeps it in the worker's image store; `docker` without `dest` loads it into the Docker engine that
   * builds, or that of the Docker context in the attribute `context`; `cacheonly` keeps nothing.
   */
  readonly type: "local" | "tar" | "oci" | "docker" | "image" | "cacheonly";
  /** A path, or a stream for `tar`, `oci` and `docker`, which is ended when the export is whole. */
  readonly dest?: string | Writable | undefined;
  /** Further attributes of BuildKit's exporter, such as `name`, `compression`, `rewrite-timestamp`. */
  readonly attrs?: Readonly<Record<string, string>> | undefined;
}

/** What a build came to. */
export interface SolveResult {
  readonly worker: WorkerInfo;
  /** The build's id in the worker's history. */
  readonly ref: string;
  /** Digest of the image or image index that was exported, if one was. */
  readonly digest?: string | undefined;
  /** All that the exporters said, by BuildKit's names such as `containerimage.config.digest` and `image.name`. */
  readonly exporterResponse: ReadonlyMap<string, string>;
  /** What the Dockerfile compiled to; absent where a definition was given or another frontend built. */
  readonly compilation?: Compilation | undefined;
  /** How large the image of each platform is, layer by layer; absent where none was made, or the worker does not tell. */
  readonly sizes?: readonly ImageSize[] | undefined;
  /** What the frontend answered to `call`, by its names such as `result.json`. */
  readonly answer?: ReadonlyMap<string, string> | undefined;
  /** In the order in which vertices became known. */
  readonly timings: readonly VertexTiming[];
}

/** What one vertex took. Times are milliseconds since the epoch, from the worker's clock. */
export interface VertexTiming {
  readonly digest: string;
  readonly name: string;
  readonly platform: string;
  readonly inputs: readonly string[];
  /** `skipped` never ran: nothing needed its result, or another vertex turned out to have the same. */
  readonly state: "cached" | "completed" | "failed" | "cancelled" | "skipped";
  /** When it ran; a vertex that was started more than once has several. */
  readonly runs: readonly { readonly started: number; readonly completed: number }[];
}
