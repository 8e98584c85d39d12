import type { BuildRecord, RecordedVertex } from "../history/build-record.ts";

/** What is known of a build that ran, by the digests of its vertices. */
export interface MeasuredRun {
  /** Which build it was. */
  readonly title: string;
  readonly vertices: ReadonlyMap<string, MeasuredVertex>;
}

export interface MeasuredVertex extends Pick<RecordedVertex, "state" | "runs" | "bytes" | "exitCode"> {
  /** The last lines that it wrote. */
  readonly log: readonly string[];
}

/** Of a recorded build; what its steps wrote is not recorded. */
export function measuredRun({ ref, vertices }: Pick<BuildRecord, "ref" | "vertices">): MeasuredRun {
  return {
    title: ref,
    vertices: new Map(
      vertices.map(({ digest, state, runs, bytes, exitCode }) => [digest, { state, runs, bytes, exitCode, log: [] }]),
    ),
  };
}
