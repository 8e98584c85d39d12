// What drafts and ops have in common.

/** Which network an exec sees: one of its own, the worker's, or none. */
export type NetworkMode = "sandbox" | "host" | "none";

/** `insecure` runs with all of the worker's rights, if the worker and the build allow it. */
export type SecurityMode = "sandbox" | "insecure";

/** The process of an exec: what is run, and in which surroundings. */
export interface ExecMeta {
  readonly args: readonly string[];
  /** `KEY=VALUE`, each key once, in order. */
  readonly env?: readonly string[] | undefined;
  readonly cwd: string;
  readonly user?: string | undefined;
  readonly hostname?: string | undefined;
  readonly extraHosts?: readonly ExtraHost[] | undefined;
  readonly ulimits?: readonly Ulimit[] | undefined;
  readonly cgroupParent?: string | undefined;
  /** Outside the environment and the cache key. Present but empty still makes the record. */
  readonly proxy?: ProxyEnv | undefined;
  readonly validExitCodes?: readonly number[] | undefined;
}

/** A line of the step's `/etc/hosts`. */
export interface ExtraHost {
  readonly host: string;
  readonly ip: string;
}

/** A limit of setrlimit(2) by its name, such as `nofile`; -1 is unlimited. */
export interface Ulimit {
  readonly name: string;
  readonly soft: bigint;
  readonly hard: bigint;
}

/** The proxies that an exec sees in its environment, which do not count for its cache key. */
export interface ProxyEnv {
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  readonly ftpProxy?: string | undefined;
  readonly noProxy?: string | undefined;
  readonly allProxy?: string | undefined;
}

/** What happens when two steps use a cache mount at once: both write, each has its own, or one waits. */
export type CacheSharing = "shared" | "private" | "locked";

/** Whether a mount counts by its content for the cache key, where it could. */
export type ContentCache = "default" | "on" | "off";

/** A device by its CDI name, such as `vendor.com/gpu=all`. */
export interface CdiDevice {
  readonly name: string;
  readonly optional?: boolean | undefined;
}

/** Nanoseconds since 1970; a time that is absent in a draft is written as -1, which leaves it to the worker. */
export type Nanoseconds = bigint;
