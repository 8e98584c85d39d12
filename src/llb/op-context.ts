import type { Platform } from "../platform.ts";
import type { CapSet } from "./caps.ts";
import type { Op, OpInput } from "./op.ts";
import type { Edge, VertexBase } from "./vertex.ts";

/** What a vertex's bytes depend on besides itself. */
export interface MarshalOptions {
  /** The platform of vertices that name none. */
  readonly platform: Platform;
  /** What the worker can do. Absent: not known, and then nothing is left to or taken from the worker. */
  readonly caps?: CapSet | undefined;
  /** Stands in local sources that carry no session. */
  readonly localUniqueId?: string | undefined;
  /** Worker filters before those of each vertex. */
  readonly workerConstraints?: readonly string[] | undefined;
  /** Renames progress groups to this and a number from 0, in the order in which the ops of the definition show them. */
  readonly progressGroupPrefix?: string | undefined;
}

export interface OpContext {
  readonly options: MarshalOptions;
  /** The input that an edge is; undefined for scratch. Its vertex has been marshalled before. */
  input(edge: Edge | undefined): OpInput | undefined;
}

/** An op and the capabilities that follow from its fields, sorted and without repeats. */
export interface CappedOp {
  readonly op: Op;
  readonly caps: readonly string[];
}

/** The filters of all vertices before those of this one. */
export function constraintsOf(vertex: VertexBase, options: MarshalOptions): readonly string[] {
  const general = options.workerConstraints;
  const own = vertex.workerConstraints;
  if (general === undefined || general.length === 0) return own ?? none;
  return own === undefined ? general : [...general, ...own];
}

const none: readonly string[] = [];

/** The index of an input that is added unless an equal one is there already; -1 for scratch. */
export function addInput(inputs: OpInput[], input: OpInput | undefined): number {
  if (input === undefined) return -1;
  const index = inputs.findIndex((known) => known.output === input.output && known.digest === input.digest);
  return index === -1 ? inputs.push(input) - 1 : index;
}
