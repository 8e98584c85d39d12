import type { BuildFlags } from "./build-flags.ts";
import type { ImageFlags } from "./image-flags.ts";

/** The flags of `llbc explain` as they were typed. */
export interface ExplainFlags extends BuildFlags, ImageFlags {
  readonly against?: string;
  readonly last?: true;
  readonly ref?: string;
  /** Whether the worker is not to be asked. */
  readonly offline?: true;
  readonly json?: true;
}
