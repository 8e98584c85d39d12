/**
 * What travels beside an op, outside its digest. Absent fields are "not set". Merged when two vertices have one digest:
 * flags and maps add up, the rest is taken from the later vertex.
 */
export interface OpMetadata {
  /** Shown to people; `llb.customname` is the name of the step. */
  readonly description?: ReadonlyMap<string, string> | undefined;
  readonly ignoreCache?: boolean | undefined;
  /** True and false force and forbid the export of the step's cache; absent leaves it to the build. */
  readonly exportCache?: boolean | undefined;
  /** Capabilities that the worker must have, in any order. */
  readonly caps?: Iterable<string> | undefined;
  readonly progressGroup?: ProgressGroup | undefined;
  readonly linuxResources?: LinuxResources | undefined;
}

/** Steps of one id are shown as one; a weak group gives way to another one on the same step. */
export interface ProgressGroup {
  readonly id: string;
  readonly name: string;
  readonly weak: boolean;
}

/** Limits of a command: bytes, microseconds, and sets such as `0-3`. */
export interface LinuxResources {
  readonly memory?: bigint | undefined;
  readonly memorySwap?: bigint | undefined;
  readonly cpuShares?: bigint | undefined;
  readonly cpuPeriod?: bigint | undefined;
  readonly cpuQuota?: bigint | undefined;
  readonly cpusetCpus?: string | undefined;
  readonly cpusetMems?: string | undefined;
}
