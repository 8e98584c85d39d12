/** The flags of `llbc solve` as they were typed; lists hold every use of a flag, in order. */
export interface SolveFlags {
  readonly file?: string;
  readonly tag: readonly string[];
  readonly target?: string;
  readonly buildArg: readonly string[];
  readonly label: readonly string[];
  readonly platform: readonly string[];
  readonly buildContext: readonly string[];
  /** `false` where `--no-cache` was given. */
  readonly cache: boolean;
  readonly noCacheFilter: readonly string[];
  readonly addHost: readonly string[];
  readonly network?: string;
  readonly ulimit: readonly string[];
  readonly shmSize?: string;
  readonly cgroupParent?: string;
  readonly output: readonly string[];
  readonly push?: true;
  readonly load?: true;
  readonly progress: ProgressMode;
  readonly addr?: string;
  readonly maxParallelism?: number;
}

export type ProgressMode = "auto" | "tty" | "plain";
