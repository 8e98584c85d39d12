import type { Range } from "../range.ts";
import type { Definition } from "./definition.ts";
import type { Edge } from "./vertex.ts";

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
