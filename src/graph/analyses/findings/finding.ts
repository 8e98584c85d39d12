import type { Range } from "../../../range.ts";

/** What kind of waste a finding tells of; each has its own file beside this one. */
export type FindingRule = "broad-copy" | "chained-work" | "emulated-step" | "uncached-install" | "early-variable";

/** A change of the Dockerfile that makes builds faster. */
export interface Finding {
  readonly rule: FindingRule;
  /** What is wrong and why it costs time; a sentence or two without a full stop. */
  readonly reason: string;
  /** What to write instead. */
  readonly suggestion: string;
  readonly saving: Saving;
  readonly filename: string;
  /** The lines of the Dockerfile that it is about, from 1. */
  readonly lines: readonly number[];
  /** The places to point at: line from 1, character from 0 in UTF-16 units. */
  readonly ranges: readonly Range[];
  /** The vertices that it is about. */
  readonly digests: readonly string[];
}

/** What a change saves, as simulated. Milliseconds. */
export interface Saving {
  /** `before` less `after`; more than 0. */
  readonly ms: number;
  /** How long such a build takes now, and would take then. */
  readonly before: number;
  readonly after: number;
  /** Which builds: `without a cache`, `after a change of VERSION`. */
  readonly when: string;
  /** Whether only measured durations went into it. */
  readonly provenance: "measured" | "estimated";
}
