/**
 * What lowering throws about the Dockerfile (or about an option that it meets); never leaves `src/graph`: `compile`
 * turns it into a `Diagnostic`. An error without lines gets those of the instruction that is being lowered, unless
 * `placeless` says that BuildKit names no place for it.
 */
export class InvalidDockerfile extends Error {
  override readonly name = "InvalidDockerfile";
  /** A kebab-case name of ours for the kind of error. */
  readonly rule: string;
  /** The lines, from 1, that BuildKit reports; undefined: those of the instruction being lowered. */
  lines: readonly number[] | undefined;
  /** Where it really is, if BuildKit names no place or another one. */
  at: readonly number[] | undefined;
  /** Further places, e.g. the other instructions of a cycle: the lines of each. */
  related: readonly (readonly number[])[];
  /** What is to be pointed at there, as written, if not what the message quotes. */
  readonly token: string | undefined;

  constructor(rule: string, message: string, options: InvalidDockerfileOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.rule = rule;
    this.lines = options.placeless === true ? [] : options.lines;
    this.at = options.at;
    this.related = options.related ?? [];
    this.token = options.token;
  }
}

export interface InvalidDockerfileOptions {
  readonly lines?: readonly number[];
  readonly related?: readonly (readonly number[])[];
  readonly placeless?: boolean;
  readonly at?: readonly number[];
  readonly token?: string;
  readonly cause?: unknown;
}
