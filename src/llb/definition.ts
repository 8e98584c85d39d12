import type { Range } from "../range.ts";
import type { OpMetadata } from "./op-metadata.ts";

/** A marshalled build graph of one result: what `buildctl build` reads and a worker solves. */
export interface Definition {
  /** The `pb.Op` messages, inputs before their users; the last is the head, an op of one input and nothing else. */
  readonly def: Uint8Array[];
  /** The digest of each op of `def`, at the same index. Both are empty when the result is scratch. */
  readonly digests: string[];
  /** By digest. */
  readonly metadata: ReadonlyMap<string, OpMetadata>;
  /** Where the ops come from; absent in the empty definition. */
  readonly source: DefinitionSource | undefined;
  /** The `pb.Definition` message: fields in number order, map entries sorted by key. */
  readonly bytes: Uint8Array;
}

/** The source texts of a definition and the places of its ops in them. */
export interface DefinitionSource {
  readonly infos: readonly SourceInfo[];
  /** By digest; an op may have none. */
  readonly locations: ReadonlyMap<string, readonly DefinitionLocation[]>;
}

/** A text that locations point into: `language` such as `Dockerfile`, and how a worker loads it, if it can. */
export interface SourceInfo {
  readonly filename: string;
  readonly language: string;
  readonly data: Uint8Array;
  readonly definition: Definition | undefined;
}

/** Where in a source a vertex comes from. */
export interface DefinitionLocation {
  /** Index into `infos`. */
  readonly sourceIndex: number;
  readonly ranges: readonly Range[];
}
