import type { AttestationFlags } from "../parse/attestations.ts";
import type { ProgressMode } from "../progress/progress-mode.ts";
import type { BuildFlags } from "./build-flags.ts";
import type { LegacyFlags } from "./legacy-flags.ts";

/** The flags of `llbc solve` as they were typed; lists hold every use of a flag, in order. */
export interface SolveFlags extends BuildFlags, AttestationFlags, LegacyFlags {
  readonly tag: readonly string[];
  readonly output: readonly string[];
  readonly push?: true;
  readonly load?: true;
  readonly pull?: true;
  readonly secret: readonly string[];
  readonly ssh: readonly string[];
  readonly cacheFrom: readonly string[];
  readonly cacheTo: readonly string[];
  readonly annotation: readonly string[];
  readonly sourcePolicyFile?: string;
  readonly allow: readonly string[];
  readonly call: string;
  readonly check?: true;
  readonly dryRun?: true;
  readonly progress: ProgressMode;
  readonly quiet?: true;
  readonly iidfile?: string;
  readonly metadataFile?: string;
  readonly addr?: string;
  readonly builder?: string;
  readonly maxParallelism?: number;
  readonly keepGoing?: true;
  readonly requireCache?: true;
  readonly retry?: number;
  readonly syntax?: "auto" | "forward" | "here";
  /** `false` where `--no-record` was given. */
  readonly record: boolean;
  readonly debug?: true;
}
