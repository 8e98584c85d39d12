import type { GraphVertex } from "../build-graph.ts";
import type { Durations } from "./durations.ts";

/** The durations of vertices by number; none is less than 0. */
export function millisecondsOf(vertices: readonly GraphVertex[], durations: Durations): Float64Array {
  const times = new Float64Array(vertices.length);
  for (let vertex = 0; vertex < times.length; vertex++) {
    times[vertex] = Math.max(0, durations.get(vertices[vertex]?.digest ?? "")?.ms ?? 0);
  }
  return times;
}
