import type { BuildFlags } from "./build-flags.ts";

/** The flags of `llbc solve` as they were typed; lists hold every use of a flag, in order. */
export interface SolveFlags extends BuildFlags {
  readonly tag: readonly string[];
  readonly output: readonly string[];
  readonly push?: true;
  readonly load?: true;
  readonly progress: ProgressMode;
  readonly addr?: string;
  readonly maxParallelism?: number;
}

export type ProgressMode = "auto" | "tty" | "plain";
