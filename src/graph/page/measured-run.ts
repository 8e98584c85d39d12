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

/** Of a recorded build. What its steps wrote is not recorded: `logs` are the last lines of each, by digest. */
export function measuredRun(
  { ref, vertices }: Pick<BuildRecord, "ref" | "vertices">,
  logs: ReadonlyMap<string, readonly string[]> = new Map(),
): MeasuredRun {
  return {
    title: ref,
    vertices: new Map(
      vertices.map(({ digest, state, runs, bytes, exitCode }) => {
        return [digest, { state, runs, bytes, exitCode, log: logs.get(digest) ?? [] }];
      }),
    ),
  };
}
