/** The flags of `llbc history` as they were typed. */
export interface HistoryFlags {
  readonly json?: true;
  readonly all?: true;
  /** Whether the ends of all logs are wanted. */
  readonly logs?: true;
}

export interface ImportFlags {
  /** `true` for all builds that the worker remembers. */
  readonly worker?: true | string;
  readonly addr?: string;
  readonly builder?: string;
  readonly json?: true;
}
