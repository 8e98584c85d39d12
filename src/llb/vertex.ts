import type { Platform } from "../platform.ts";
import type { Range } from "../range.ts";
import type { Definition } from "./definition.ts";
import type { Op } from "./op.ts";
import type {
  CacheSharing,
  CdiDevice,
  ContentCache,
  ExecMeta,
  Nanoseconds,
  NetworkMode,
  SecurityMode,
} from "./op-fields.ts";
import type { OpMetadata } from "./op-metadata.ts";

export type * from "./op-fields.ts";

/**
 * A draft of one step of a build: what the lowering makes and `marshal` turns into an op with a digest.
 *
 * Identity counts. A draft that several edges lead to must be one object; two equal drafts become one op, whose
 * metadata is merged and whose locations are those of both, as when BuildKit meets two vertices of one digest.
 */
export type Vertex =
  | SourceVertex
  | ExecVertex
  | FileVertex
  | MergeVertex
  | DiffVertex
  | BuildVertex
  | PassthroughVertex
  | MarshalledVertex;

/** One output of a vertex. Where an edge may be absent, absent means scratch: the empty file system. */
export interface Edge {
  readonly vertex: Vertex | LateVertex;
  /** Index among the outputs of the op; 0 for everything but an exec with several writable mounts. */
  readonly output: number;
}

/**
 * A vertex that is known only when all lowering is done. `marshal` calls `resolve` once or more; it must answer the
 * same edge each time. The edge's own `output` counts, not that of the edge that led here. Undefined is scratch.
 */
export interface LateVertex {
  readonly kind: "late";
  resolve(): Edge | undefined;
}

/** What every draft may carry beside its own fields. */
export interface VertexBase {
  /** For exec, build and image-like sources; other ops are written without platform. Absent: that of `marshal`. */
  readonly platform?: Platform | undefined;
  /** Worker filters, in order; part of the digest. */
  readonly workerConstraints?: readonly string[] | undefined;
  /** `caps` here are extra ones; those that follow from the fields are added by `marshal`. */
  readonly metadata?: OpMetadata | undefined;
  readonly locations?: readonly SourceLocation[] | undefined;
}

/**
 * A source such as `docker-image://docker.io/library/alpine:latest`, `local://context` or `https://example.org/x`.
 * Its capabilities (`source.image`, …) are given in `metadata.caps` by whoever chose the attributes.
 */
export interface SourceVertex extends VertexBase {
  readonly kind: "source";
  readonly identifier: string;
  readonly attrs?: ReadonlyMap<string, string> | undefined;
}

/** A command in a container. The root file system is the mount with target `/`; output indices follow the sorted mounts. */
export interface ExecVertex extends VertexBase {
  readonly kind: "exec";
  readonly meta: ExecMeta;
  /** In any order: they are sorted by target. Secrets and ssh sockets come after them, in the order given. */
  readonly mounts: readonly ExecMount[];
  readonly network?: NetworkMode | undefined;
  readonly security?: SecurityMode | undefined;
  readonly secrets?: readonly ExecSecret[] | undefined;
  readonly ssh?: readonly ExecSsh[] | undefined;
  readonly cdiDevices?: readonly CdiDevice[] | undefined;
}

/** A bind mount unless `cache` or `tmpfs` is there; never both. */
export interface ExecMount {
  readonly target: string;
  readonly source?: Edge | undefined;
  /** Path inside the source. */
  readonly selector?: string | undefined;
  readonly readonly?: boolean | undefined;
  /** Writable, but what is written is dropped. */
  readonly noOutput?: boolean | undefined;
  readonly cache?: { readonly id: string; readonly sharing: CacheSharing } | undefined;
  /** `size` in bytes, 0 for no limit. */
  readonly tmpfs?: { readonly size: bigint } | undefined;
  readonly contentCache?: ContentCache | undefined;
}

/** A secret as a file (`target`), as an environment variable (`env`), or both. */
export interface ExecSecret {
  readonly id: string;
  readonly target?: string | undefined;
  readonly env?: string | undefined;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly optional?: boolean | undefined;
}

/** A forwarded ssh agent. Without target it appears at `/run/buildkit/ssh_agent.N`. */
export interface ExecSsh {
  readonly id: string;
  readonly target?: string | undefined;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly optional?: boolean | undefined;
}

/** File actions on top of `base`; the result of the last one is the output. */
export interface FileVertex extends VertexBase, FileChain {
  readonly kind: "file";
}

/** Actions that run one after the other, the first on `base`. At least one. */
export interface FileChain {
  readonly base?: Edge | undefined;
  readonly actions: readonly FileAction[];
}

/** One action of a file vertex. */
export type FileAction = CopyAction | MkfileAction | MkdirAction | RmAction | SymlinkAction;

/** Paths are absolute; a relative one starts at `/`. */
export interface CopyAction {
  readonly kind: "copy";
  /** What to copy from: a vertex, or the result of another chain inside the same vertex. Absent: scratch. */
  readonly source?: Edge | FileChain | undefined;
  readonly src: string;
  /** A final slash or `/.` is kept. */
  readonly dest: string;
  readonly owner?: Owner | undefined;
  /** Permission bits, or a symbolic mode such as `u+x`. Absent: as in the source. */
  readonly mode?: number | string | undefined;
  readonly followSymlink?: boolean | undefined;
  readonly dirCopyContents?: boolean | undefined;
  readonly attemptUnpack?: boolean | undefined;
  readonly createDestPath?: boolean | undefined;
  readonly allowWildcard?: boolean | undefined;
  readonly allowEmptyWildcard?: boolean | undefined;
  readonly alwaysReplaceExistingDestPaths?: boolean | undefined;
  readonly includePatterns?: readonly string[] | undefined;
  readonly excludePatterns?: readonly string[] | undefined;
  readonly requiredPaths?: readonly string[] | undefined;
  readonly timestamp?: Nanoseconds | undefined;
}

/** Writes a file; `mode` is what chmod(2) takes. */
export interface MkfileAction {
  readonly kind: "mkfile";
  readonly path: string;
  readonly mode: number;
  readonly data: Uint8Array;
  readonly owner?: Owner | undefined;
  readonly timestamp?: Nanoseconds | undefined;
}

/** Makes a directory; `mode` is what chmod(2) takes. */
export interface MkdirAction {
  readonly kind: "mkdir";
  readonly path: string;
  readonly mode: number;
  readonly makeParents?: boolean | undefined;
  readonly owner?: Owner | undefined;
  readonly timestamp?: Nanoseconds | undefined;
}

/** Removes what stands at a path, which may hold wildcards where it says so. */
export interface RmAction {
  readonly kind: "rm";
  readonly path: string;
  readonly allowNotFound?: boolean | undefined;
  readonly allowWildcard?: boolean | undefined;
}

/** Makes a symbolic link at `newpath` that points at `oldpath`. */
export interface SymlinkAction {
  readonly kind: "symlink";
  readonly oldpath: string;
  readonly newpath: string;
  readonly owner?: Owner | undefined;
  readonly timestamp?: Nanoseconds | undefined;
}

/** Present without user and group it still makes an (empty) record. */
export interface Owner {
  readonly user?: UserRef | undefined;
  readonly group?: UserRef | undefined;
}

/** A name is looked up in the base of the action. */
export type UserRef = { readonly id: number } | { readonly name: string };

/** The inputs stacked, later ones on top. At least two. */
export interface MergeVertex extends VertexBase {
  readonly kind: "merge";
  readonly inputs: readonly Edge[];
}

/** What `upper` has changed with regard to `lower`. */
export interface DiffVertex extends VertexBase {
  readonly kind: "diff";
  readonly lower?: Edge | undefined;
  readonly upper?: Edge | undefined;
}

/** Builds the definition that is a file in `source`. */
export interface BuildVertex extends VertexBase {
  readonly kind: "build";
  readonly source: Edge;
  /** Absent: the worker's default name. */
  readonly filename?: string | undefined;
}

/** Hands on some of its inputs after all of them are done. */
export interface PassthroughVertex extends VertexBase {
  readonly kind: "passthrough";
  readonly id: string;
  readonly inputs: readonly Edge[];
  /** Which inputs become outputs, by index. */
  readonly outputs: readonly number[];
}

/** An op that is already bytes: a vertex of another definition (`edgeOf`) on which a build stands. Written as it is. */
export interface MarshalledVertex {
  readonly kind: "marshalled";
  readonly digest: string;
  readonly bytes: Uint8Array;
  readonly op: Op;
  readonly inputs: readonly Edge[];
  readonly metadata?: OpMetadata | undefined;
  readonly locations?: readonly SourceLocation[] | undefined;
}

/** A source text that vertices come from, so that a worker can show the lines of a failing step. */
export interface SourceMap {
  readonly filename: string;
  /** A language name of GitHub's linguist, such as `Dockerfile`. */
  readonly language: string;
  readonly data: Uint8Array;
  /** How a worker can load the file again. A draft is marshalled with the options of the whole definition. */
  readonly definition?: Edge | Definition | undefined;
}

/** Places in one source text. */
export interface SourceLocation {
  readonly sourceMap: SourceMap;
  readonly ranges: readonly Range[];
}
