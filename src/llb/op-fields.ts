// What drafts and ops have in common.

export type NetworkMode = "sandbox" | "host" | "none";

export type SecurityMode = "sandbox" | "insecure";

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

export interface ExtraHost {
  readonly host: string;
  readonly ip: string;
}

export interface Ulimit {
  readonly name: string;
  readonly soft: bigint;
  readonly hard: bigint;
}

export interface ProxyEnv {
  readonly httpProxy?: string | undefined;
  readonly httpsProxy?: string | undefined;
  readonly ftpProxy?: string | undefined;
  readonly noProxy?: string | undefined;
  readonly allProxy?: string | undefined;
}

export type CacheSharing = "shared" | "private" | "locked";

export type ContentCache = "default" | "on" | "off";

export interface CdiDevice {
  readonly name: string;
  readonly optional?: boolean | undefined;
}

/** Nanoseconds since 1970; a time that is absent in a draft is written as -1, which leaves it to the worker. */
export type Nanoseconds = bigint;
