import type { Platform } from "../../../platform.ts";

/** A builder of docker buildx: a name for one or several workers, its nodes, that one driver reaches. */
export interface Builder {
  readonly name: string;
  /** `docker`, `docker-container`, `remote`, `kubernetes`, or what a newer buildx knows. */
  readonly driver: string;
  readonly nodes: readonly BuilderNode[];
}

export interface BuilderNode {
  readonly name: string;
  /** An address, or the name of a Docker context. */
  readonly endpoint: string;
  /** Those that the user said it is for; it may run others. */
  readonly platforms: readonly Platform[];
  /** Options of the driver, such as `cacert`. */
  readonly options: ReadonlyMap<string, string>;
}
