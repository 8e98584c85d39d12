import type { Platform } from "../platform.ts";
import type {
  CacheSharing,
  CdiDevice,
  ContentCache,
  ExecMeta,
  Nanoseconds,
  NetworkMode,
  SecurityMode,
} from "./op-fields.ts";

/** An op as plain data: what a `pb.Op` message says, with inputs by digest. */
export type Op = SourceOp | ExecOp | FileOp | MergeOp | DiffOp | BuildOp | PassthroughOp | HeadOp;

/** An output of another op that the op reads. */
export interface OpInput {
  readonly digest: string;
  /** Index among the outputs of that op. */
  readonly output: number;
}

/** What ops of every kind carry. */
export interface OpBase {
  readonly inputs: readonly OpInput[];
  readonly platform: Platform | undefined;
  /** Absent where the message has no constraints at all, which is not the same as none. */
  readonly workerConstraints: readonly string[] | undefined;
}

/** Only in the last place of a definition: its one input is the result. */
export interface HeadOp extends OpBase {
  readonly kind: "head";
}

/** Gets files from outside: an image, a local folder, git, http. The scheme of the identifier says from where. */
export interface SourceOp extends OpBase {
  readonly kind: "source";
  readonly identifier: string;
  readonly attrs: ReadonlyMap<string, string>;
}

/** Runs a process on mounts, each of which may become an output. */
export interface ExecOp extends OpBase {
  readonly kind: "exec";
  readonly meta: OpExecMeta;
  readonly mounts: readonly OpMount[];
  readonly network: NetworkMode;
  readonly security: SecurityMode;
  readonly secretEnv: readonly SecretEnv[];
  readonly cdiDevices: readonly CdiDevice[];
}

/** The process of an exec, with what only the op's bytes say. */
export interface OpExecMeta extends ExecMeta {
  /** Directories made for the targets of mounts are removed, and their parents too. */
  readonly removeMountStubsRecursive: boolean;
}

/** A secret in the environment of an exec, as the variable `name`. */
export interface SecretEnv {
  readonly id: string;
  readonly name: string;
  readonly optional: boolean;
}

/** `input` is an index into the op's inputs, or -1 for none; `output` an output index, or -1 for none. */
export interface OpMount {
  readonly kind: MountKind;
  readonly input: number;
  readonly output: number;
  readonly selector: string;
  readonly dest: string;
  readonly readonly: boolean;
  readonly contentCache: ContentCache;
  readonly resultId: string;
  readonly cache?: { readonly id: string; readonly sharing: CacheSharing } | undefined;
  readonly tmpfs?: { readonly size: bigint } | undefined;
  readonly secret?: OpCredential | undefined;
  readonly ssh?: OpCredential | undefined;
}

/** What is mounted: an input, a secret, an agent's socket, a cache or memory. */
export type MountKind = "bind" | "secret" | "ssh" | "cache" | "tmpfs";

/** A secret or an ssh agent that the client holds under an id. */
export interface OpCredential {
  readonly id: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly optional: boolean;
}

/** Copies, writes and removes files; the actions read inputs and one another's outputs, by index. */
export interface FileOp extends OpBase {
  readonly kind: "file";
  readonly actions: readonly OpFileAction[];
}

/** One action of a file op. */
export type OpFileAction = OpCopy | OpMkfile | OpMkdir | OpRm | OpSymlink;

/**
 * Inputs count through: first the op's inputs, then the results of the actions before this one; -1 is scratch.
 * `output` is -1 where the result of the action is no output of the op.
 */
export interface OpActionBase {
  readonly input: number;
  /** What a copy copies from; -1 in the others. */
  readonly secondaryInput: number;
  readonly output: number;
}

/** `mode` -1 and `timestamp` -1 keep what the source has; `modeStr` stands in for `mode` unless it is empty. */
export interface OpCopy extends OpActionBase {
  readonly kind: "copy";
  readonly src: string;
  readonly dest: string;
  readonly owner: OpOwner | undefined;
  readonly mode: number;
  readonly modeStr: string;
  readonly followSymlink: boolean;
  readonly dirCopyContents: boolean;
  readonly attemptUnpack: boolean;
  readonly createDestPath: boolean;
  readonly allowWildcard: boolean;
  readonly allowEmptyWildcard: boolean;
  readonly alwaysReplaceExistingDestPaths: boolean;
  readonly includePatterns: readonly string[];
  readonly excludePatterns: readonly string[];
  readonly requiredPaths: readonly string[];
  readonly timestamp: Nanoseconds;
}

/** Writes a file; `mode` is what chmod(2) takes. */
export interface OpMkfile extends OpActionBase {
  readonly kind: "mkfile";
  readonly path: string;
  readonly mode: number;
  readonly data: Uint8Array;
  readonly owner: OpOwner | undefined;
  readonly timestamp: Nanoseconds;
}

/** Makes a directory; `mode` is what chmod(2) takes. */
export interface OpMkdir extends OpActionBase {
  readonly kind: "mkdir";
  readonly path: string;
  readonly mode: number;
  readonly makeParents: boolean;
  readonly owner: OpOwner | undefined;
  readonly timestamp: Nanoseconds;
}

/** Removes what stands at a path. */
export interface OpRm extends OpActionBase {
  readonly kind: "rm";
  readonly path: string;
  readonly allowNotFound: boolean;
  readonly allowWildcard: boolean;
}

/** Makes a symbolic link at `newpath` that points at `oldpath`. */
export interface OpSymlink extends OpActionBase {
  readonly kind: "symlink";
  readonly oldpath: string;
  readonly newpath: string;
  readonly owner: OpOwner | undefined;
  readonly timestamp: Nanoseconds;
}

/** Whom what is written belongs to; where it names none, root or, in a copy, the owner as copied. */
export interface OpOwner {
  readonly user: OpUser | undefined;
  readonly group: OpUser | undefined;
}

/** A name is looked up in the input with that index; -1 is scratch. */
export type OpUser = { readonly id: number } | { readonly name: string; readonly input: number };

/** Indices into the op's inputs. */
export interface MergeOp extends OpBase {
  readonly kind: "merge";
  readonly layers: readonly number[];
}

/** Indices into the op's inputs; -1 is scratch. */
export interface DiffOp extends OpBase {
  readonly kind: "diff";
  readonly lower: number;
  readonly upper: number;
}

/** Builds a definition that stands in an input or in the op itself. */
export interface BuildOp extends OpBase {
  readonly kind: "build";
  /** -1 is the worker itself, which then reads an LLB definition from an input. */
  readonly builder: number;
  /** Indices into the op's inputs, by name. */
  readonly named: ReadonlyMap<string, number>;
  readonly attrs: ReadonlyMap<string, string>;
  /** A definition that the op carries with it, as the bytes of `pb.Definition`. */
  readonly definition: Uint8Array | undefined;
}

/** Hands inputs on as outputs. */
export interface PassthroughOp extends OpBase {
  readonly kind: "passthrough";
  readonly id: string;
  /** Which inputs become outputs, by index. */
  readonly outputs: readonly number[];
}
