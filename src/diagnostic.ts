import type { Range } from "./range.ts";

/**
 * Something to say about a Dockerfile. Diagnostics are collected, all of them; a Dockerfile with one of severity
 * `error` does not compile.
 */
export interface Diagnostic {
  /** A lint rule of BuildKit by its name (`StageNameCasing`), or, for errors, a kebab-case name of ours. */
  readonly rule: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly filename: string;
  /** The lines, from 1, that BuildKit reports; empty where it reports none. */
  readonly lines: readonly number[];
  /** The precise places: line from 1, character from 0 in UTF-16 units. At least as many as there are places to show. */
  readonly ranges: readonly Range[];
  /** Where the rule is documented. */
  readonly url?: string;
  /** What to do about it, in a sentence. */
  readonly help?: string;
}

/** What is known of a DockerfileError beside its diagnostics. */
export interface DockerfileErrorFacts {
  /** The text of the Dockerfile, where whoever meets the error may not have it: it was read on a worker. */
  readonly source?: Uint8Array | undefined;
  /** The `pb.Definition` message that loads the Dockerfile there. */
  readonly definition?: Uint8Array | undefined;
  /** Whether its instructions cannot even be read: BuildKit tells these errors with their line. */
  readonly unreadable?: boolean | undefined;
}

/** What `compile` rejects with when the Dockerfile (or an option about it) is invalid; errors stand before warnings. */
export class DockerfileError extends Error implements DockerfileErrorFacts {
  override readonly name = "DockerfileError";
  readonly diagnostics: readonly Diagnostic[];
  readonly source: Uint8Array | undefined;
  readonly definition: Uint8Array | undefined;
  readonly unreadable: boolean;

  constructor(diagnostics: readonly Diagnostic[], facts: DockerfileErrorFacts = {}) {
    const first = diagnostics.find((d) => d.severity === "error") ?? diagnostics[0];
    super(first === undefined ? "invalid Dockerfile" : first.message);
    this.diagnostics = diagnostics;
    this.source = facts.source;
    this.definition = facts.definition;
    this.unreadable = facts.unreadable === true;
  }
}
