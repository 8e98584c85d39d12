import type { Platform } from "../platform.ts";
import type {
  CacheSharing,
  CdiDevice,
  ContentCache,
  ExecMeta,
  Nanoseconds,
  NetworkMode,
  Owner,
  SecurityMode,
} from "./vertex.ts";

/** An op as plain data: what a `pb.Op` message says, inputs by digest and index. The head has kind `head`. */
export type Op = SourceOp | ExecOp | FileOp | MergeOp | DiffOp | BuildOp | PassthroughOp | HeadOp;

export interface OpInput {
  readonly digest: string;
  /** Index among the outputs of that op. */
  readonly output: number;
}

export interface OpBase {
  readonly inputs: readonly OpInput[];
  readonly platform: Platform | undefined;
  /** Absent where the message has no constraints at all. */
  readonly workerConstraints: readonly string[] | undefined;
}

/** Only in the last place of a definition: points at the result. */
export interface HeadOp extends OpBase {
  readonly kind: "head";
}

export interface SourceOp extends OpBase {
  readonly kind: "source";
  readonly identifier: string;
  readonly attrs: ReadonlyMap<string, string>;
}

export interface ExecOp extends OpBase {
  readonly kind: "exec";
  readonly meta: OpExecMeta;
  readonly mounts: readonly OpMount[];
  readonly network: NetworkMode;
  readonly security: SecurityMode;
  readonly secretEnv: readonly SecretEnv[];
  readonly cdiDevices: readonly CdiDevice[];
}

export interface OpExecMeta extends ExecMeta {
  readonly env: readonly string[];
  /** Directories made for mount targets are removed with their parents. */
  readonly removeMountStubsRecursive: boolean;
}

export interface SecretEnv {
  readonly id: string;
  readonly name: string;
  readonly optional: boolean;
}

/** `input` is an index into the op's inputs, or -1 for none; `output` an output index, or -1 for none. */
export interface OpMount {
  readonly kind: "bind" | "cache" | "tmpfs" | "secret" | "ssh";
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

/** A secret or ssh agent that the client holds under an id. */
export interface OpCredential {
  readonly id: string;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly optional: boolean;
}
