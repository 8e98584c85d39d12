import type { VertexDuration } from "../analyses/durations.ts";
import type { FindingRule, Saving } from "../analyses/findings/finding.ts";
import type { VertexState } from "../history/build-record.ts";
import type { ChangeKind } from "./build-changes.ts";

/**
 * All that the page of a build shows, as plain data. Vertices, groups and platforms are numbered by their places in
 * their lists, inputs before those that read them; times are milliseconds, lines count from 1, places are pixels. Texts
 * are free of control characters.
 */
export interface PageData {
  readonly title: string;
  readonly filename: string;
  /** The lines of the Dockerfile; none where it is not known. */
  readonly source: readonly string[];
  readonly size: { readonly width: number; readonly height: number };
  readonly platforms: readonly string[];
  readonly groups: readonly PageGroup[];
  readonly vertices: readonly PageVertex[];
  /** Without a vertex where it is scratch. */
  readonly results: readonly PageResult[];
  readonly work: number;
  readonly span: number;
  readonly criticalPath: readonly number[];
  /** How long one worker takes, how long two, and so on. */
  readonly makespans: readonly number[];
  /** The number of workers that gives 95 % of what is possible. */
  readonly enough: number;
  /** The number that is shown first. */
  readonly workers: number;
  readonly withoutEmulation: number | null;
  /** Null where the Dockerfile is not known, in which they are. */
  readonly findings: readonly PageFinding[] | null;
  readonly run: PageRun | null;
  readonly against: PageComparison | null;
}

/** The corner on the left above, and the size. */
export interface PageBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PageGroup extends PageBox {
  readonly title: string;
}

export interface PageVertex extends PageBox, VertexDuration {
  readonly digest: string;
  readonly kind: string;
  readonly name: string;
  readonly group: number;
  readonly level: number;
  readonly platforms: readonly number[];
  readonly lines: readonly number[];
  readonly inputs: readonly number[];
  readonly slack: number;
}

export interface PageResult extends PageBox {
  readonly platform: number;
  readonly vertex: number | null;
}

export interface PageFinding {
  readonly rule: FindingRule;
  readonly reason: string;
  readonly suggestion: string;
  readonly saving: Saving;
  readonly lines: readonly number[];
  readonly vertices: readonly number[];
}

/** A build as it ran. */
export interface PageRun {
  readonly title: string;
  readonly makespan: number;
  readonly vertices: readonly PageRunVertex[];
}

export interface PageRunVertex {
  readonly vertex: number;
  readonly state: VertexState;
  /** From the start of the build. */
  readonly runs: readonly { readonly start: number; readonly end: number }[];
  /** Transferred for it. */
  readonly bytes: number;
  readonly exitCode: number | null;
  /** The last lines that it wrote. */
  readonly log: readonly string[];
}

/** Another build, and what became of it. */
export interface PageComparison {
  readonly title: string;
  readonly work: number;
  readonly span: number;
  readonly unchanged: number;
  /** What changed most first. */
  readonly changes: readonly PageChange[];
}

export interface PageChange {
  readonly kind: ChangeKind;
  /** Null for one that is no longer there. */
  readonly vertex: number | null;
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
}
