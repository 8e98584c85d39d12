import type { Platform } from "../platform.ts";
import type { CapSet } from "./caps.ts";
import type { Definition } from "./definition.ts";
import type { Op } from "./op.ts";
import type { Edge, Vertex } from "./vertex.ts";

export interface MarshalOptions {
  /** The platform of vertices that name none. */
  readonly platform: Platform;
  /** What the worker can do. Absent: not known, and then nothing is left to or taken from the worker. */
  readonly caps?: CapSet | undefined;
  /** Stands in local sources that carry no session. */
  readonly localUniqueId?: string | undefined;
  /** Worker filters before those of each vertex. */
  readonly workerConstraints?: readonly string[] | undefined;
}

export interface MarshalResult {
  readonly definition: Definition;
  /** One for each op but the head, in the order of the definition. */
  readonly vertices: readonly MarshalledOp[];
}

/** An op with its digest, its inputs by digest, and the drafts that it was made from, in the order of the walk. */
export interface MarshalledOp {
  readonly digest: string;
  readonly op: Op;
  readonly drafts: readonly Vertex[];
}

/**
 * Turns drafts into a definition, byte for byte as BuildKit's client does. An absent root, or a late one that is
 * scratch, gives the empty definition.
 */
export function marshal(_root: Edge | undefined, _options: MarshalOptions): MarshalResult {
  throw new Error("being written");
}
