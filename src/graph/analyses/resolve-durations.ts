import type { BuildGraph } from "../build-graph.ts";
import type { Durations, PastVertex, VertexDuration, VertexKeys } from "./durations.ts";
import { emulationOf, nativePlatforms } from "./emulation.ts";
import { estimateOf } from "./estimate.ts";
import { vertexKeys } from "./vertex-keys.ts";

/** What {@link resolveDurations} may know of past builds and of the worker. */
export interface ResolveOptions {
  /** What past builds took, the newest first. */
  readonly past?: Iterable<PastVertex>;
  /** What the worker runs without emulation: `linux/amd64` when absent. */
  readonly nativePlatforms?: readonly string[];
}

/**
 * A duration for every vertex of a graph: of the newest past vertex that is the same, else of the newest that does the
 * same, else of the newest with the same stage and instruction; else what vertices of its kind usually take.
 * @throws PlatformError
 */
export function resolveDurations(graph: BuildGraph, options: ResolveOptions = {}): Durations {
  const native = nativePlatforms(options.nativePlatforms);
  const measured = measuredDurations(graph, options.past ?? []);
  return new Map(
    graph.vertices.map(({ digest, op }) => {
      const emulation = emulationOf(op, native);
      const known = measured.get(digest);
      const duration: VertexDuration =
        known === undefined
          ? { ms: estimateOf(op) * emulation, provenance: "estimated", basis: "kind", emulation }
          : { ...known, provenance: "measured", emulation };
      return [digest, duration];
    }),
  );
}

type Measured = Pick<VertexDuration, "ms" | "basis">;

function measuredDurations(graph: BuildGraph, past: Iterable<PastVertex>): ReadonlyMap<string, Measured> {
  const byKey = new Map<string, number>();
  for (const { keys, ms } of past) {
    if (!Number.isFinite(ms) || ms < 0) continue;
    for (const key of [keys.vertex, keys.step, keys.instruction]) {
      if (key !== undefined && !byKey.has(key)) byKey.set(key, ms);
    }
  }
  const measured = new Map<string, Measured>();
  if (byKey.size === 0) return measured;
  for (const [digest, keys] of vertexKeys(graph)) {
    const found = lookUp(byKey, keys);
    if (found !== undefined) measured.set(digest, found);
  }
  return measured;
}

function lookUp(byKey: ReadonlyMap<string, number>, keys: VertexKeys): Measured | undefined {
  for (const basis of ["vertex", "step", "instruction"] as const) {
    const ms = byKey.get(keys[basis] ?? "");
    if (ms !== undefined) return { ms, basis };
  }
  return undefined;
}
