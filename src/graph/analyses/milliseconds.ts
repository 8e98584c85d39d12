import type { GraphVertex } from "../build-graph.ts";
import type { Durations } from "./durations.ts";

/** The durations of vertices by number; none is less than 0. */
export function millisecondsOf(vertices: readonly GraphVertex[], durations: Durations): Float64Array {
  return Float64Array.from(vertices, ({ digest }) => Math.max(0, durations.get(digest)?.ms ?? 0));
}
