/**
 * What a compile is given besides the text of the Dockerfile. Absent means "not set", as a build without the flag of
 * that name.
 */
export interface CompileOptions {
  /** The platforms to build for, e.g. `["linux/amd64", "linux/arm64"]`; absent: that of the worker, not said. */
  readonly targetPlatforms?: readonly string[];
  /** The platform of the worker; `linux/amd64` when absent. */
  readonly buildPlatform?: string;
  /** Forces or forbids a result by platform. */
  readonly multiPlatform?: boolean;
  /** The stage to build; absent: the last one. */
  readonly target?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  /** `sandbox`, `host` or `none`. */
  readonly networkMode?: string;
  readonly cgroupParent?: string;
  /** Bytes. */
  readonly shmSize?: number | bigint;
  /** `default`, `pull` or `local`. */
  readonly imageResolveMode?: string;
  /** `name=address` each. */
  readonly addHosts?: readonly string[];
  /** `name=soft[:hard]` each. */
  readonly ulimits?: readonly string[];
  readonly resources?: ResourceOptions;
  /** All stages, or the stages of these names. */
  readonly noCache?: boolean | readonly string[];
  /** The build argument SOURCE_DATE_EPOCH. */
  readonly sourceDateEpoch?: string;
  /** The build argument BUILDKIT_CACHE_MOUNT_NS. */
  readonly cacheMountNamespace?: string;
  /** The build argument BUILDKIT_DOCKERFILE_CHECK. */
  readonly check?: string;
  /** Answers for images, by reference (`docker.io/library/alpine:latest`) or `reference|platform`: asked first. */
  readonly images?: Readonly<Record<string, ImageAnswer>>;
  /** Asked for what `images` does not know. */
  readonly resolver?: SourceResolver;
  /** Answers for sources that are not images, by identifier: asked before `resolver.source`. */
  readonly sourceMetadata?: Readonly<Record<string, SourceMetadata>>;
  /** Contexts by name, as BuildKit takes them: `docker-image://…`, `local:name`, git and web addresses, `oci-layout://…`. */
  readonly namedContexts?: Readonly<Record<string, string>>;
  /** The ignore file at the root of the main context, or, as `<filename>.dockerignore`, beside the Dockerfile. */
  readonly dockerignore?: string | Uint8Array;
  /** The ignore file beside the Dockerfile; it replaces the one of the context. */
  readonly dockerfileIgnore?: string | Uint8Array;
  /** By name of a local context: the content of files in it; only the ignore file is looked at. */
  readonly contextFiles?: Readonly<Record<string, Readonly<Record<string, string | Uint8Array>>>>;
  /** By name of a local context. */
  readonly sharedKeys?: Readonly<Record<string, string>>;
  /** By name of a local context. */
  readonly localSessionIds?: Readonly<Record<string, string>>;
  /** A remote main context; absent: the local folder that the session calls `context`. */
  readonly context?: string;
  /** The name of the Dockerfile; `Dockerfile` when absent. */
  readonly filename?: string;
  /**
   * The id of the session that serves local folders. It is part of the bytes of local sources. Absent: an id that
   * depends on this machine and the main context alone, so that equal inputs give equal bytes.
   */
  readonly sessionId?: string;
  /** LLB capabilities that the worker lacks. */
  readonly disabledCaps?: readonly string[];
  /** Frontend options of BuildKit as they are; they win over the options above. */
  readonly rawOptions?: Readonly<Record<string, string>>;
  /**
   * The progress groups of a definition are called by this, its platform and a number; when absent, by `pg` and a
   * number alone. They are no part of any digest, but what a worker shows in one build must not share them by chance.
   */
  readonly progressGroupPrefix?: string;
  /** Ends the compile: it rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** Limits of RUN steps: bytes, microseconds, and sets such as `0-3`. */
export interface ResourceOptions {
  readonly memory?: number | bigint;
  /** -1: no limit. */
  readonly memorySwap?: number | bigint;
  readonly cpuShares?: number | bigint;
  readonly cpuPeriod?: number | bigint;
  readonly cpuQuota?: number | bigint;
  readonly cpusetCpus?: string;
  readonly cpusetMems?: string;
}

/** What is known of an image: its config as OCI JSON, parsed or not, and its digest (`-` or absent: not known). */
export type ImageAnswer =
  | { readonly config: object | Uint8Array; readonly digest?: string; readonly ref?: string }
  | { readonly error: string };

/** Where facts about images and other sources come from. A rejection ends the compile. */
export interface SourceResolver {
  /**
   * `ref` is a full reference: `docker.io/library/alpine:latest`, or with `@digest`. The answer's `ref`, if given,
   * stands in for it. For an OCI layout, `ociLayout` names the store of the session.
   */
  image(ref: string, request: ImageRequest): Promise<ResolvedImage>;
  /** Absent: nothing is known about any source. */
  source?(
    identifier: string,
    attrs: Readonly<Record<string, string>>,
    request: { readonly signal: AbortSignal; readonly logName?: string },
  ): Promise<SourceMetadata>;
}

/** For which platform, how and by when the compiler asks for a base image. */
export interface ImageRequest {
  readonly platform: string;
  /** `default`, `pull` or `local`. */
  readonly resolveMode: string;
  readonly signal: AbortSignal;
  readonly ociLayout?: { readonly sessionId: string; readonly storeId: string };
  /** The line to show while this is resolved. */
  readonly logName?: string;
}

/**
 * A base image that was found: its digest, its config as parsed or as its bytes are, and `ref` where another reference
 * is to be used from here on.
 */
export type ResolvedImage =
  | { readonly digest?: string; readonly config: object | Uint8Array; readonly ref?: string }
  /** A source policy puts another source, no image, in its place: its identifier. */
  | { readonly replacedBy: string };

/** What a worker knows about a git ref or a file on the web. */
export interface SourceMetadata {
  readonly gitChecksum?: string;
  /** The commit object, as git stores it. */
  readonly gitCommitObject?: string | Uint8Array;
  /** Seconds since 1970. */
  readonly httpLastModified?: number | bigint;
}
