import type { BuildFlags } from "./build-flags.ts";
import type { ImageFlags } from "./image-flags.ts";

/** The flags of `llbc analyze` as they were typed. */
export interface AnalyzeFlags extends BuildFlags, ImageFlags {
  readonly workers?: string;
  readonly last?: true;
  readonly ref?: string;
  readonly log?: string;
  readonly json?: true;
  /** The file to write a page to. */
  readonly html?: string;
  /** Another build: a file of `llbc analyze --json`, or a ref of the history. */
  readonly against?: string;
}
