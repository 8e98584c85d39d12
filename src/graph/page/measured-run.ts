import { vertexKeys } from "../analyses/vertex-keys.ts";
import type { BuildGraph } from "../build-graph.ts";
import { type KnownVertex, sameVertices } from "../explain/match-vertices.ts";
import type { BuildRecord, RecordedVertex } from "../history/build-record.ts";

/** What is known of a build that ran, by the digests of its vertices. */
export interface MeasuredRun {
  /** Which build it was. */
  readonly title: string;
  readonly vertices: ReadonlyMap<string, MeasuredVertex>;
}

export type MeasuredVertex = Pick<RecordedVertex, "state" | "runs" | "bytes" | "exitCode" | "log">;

/** Of a recorded build. */
export function measuredRun({ ref, vertices }: Pick<BuildRecord, "ref" | "vertices">): MeasuredRun {
  return { title: ref, vertices: new Map(vertices.map((vertex) => [vertex.digest, measuredVertex(vertex)])) };
}

/** Of a recorded build of a Dockerfile as it was, for the graph of how it is: of the vertices that are the same in both. */
export function measuredRunFor(
  graph: BuildGraph,
  { ref, vertices }: Pick<BuildRecord, "ref" | "vertices">,
): MeasuredRun {
  const keys = vertexKeys(graph);
  const known = graph.vertices.flatMap((vertex): readonly KnownVertex[] => {
    const own = keys.get(vertex.digest);
    return own === undefined ? [] : [{ ...vertex, keys: own, stage: vertex.stage }];
  });
  const matches = sameVertices(known, vertices);
  return { title: ref, vertices: new Map([...matches].map(([digest, vertex]) => [digest, measuredVertex(vertex)])) };
}

function measuredVertex({ state, runs, bytes, exitCode, log }: RecordedVertex): MeasuredVertex {
  return { state, runs, bytes, exitCode, log };
}
