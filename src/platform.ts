/** A platform as OCI names it. Absent fields are "not given", which is not the same as empty for `osFeatures`. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
}
