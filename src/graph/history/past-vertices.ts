import type { Durations, PastVertex, VertexDuration } from "../analyses/durations.ts";
import type { Schedule } from "../analyses/simulate.ts";
import type { BuildRecord, RecordedVertex } from "./build-record.ts";

/** The vertices that ran in builds, in the order of the builds: the newest first is what `resolveDurations` takes. */
export function pastVertices(records: readonly Pick<BuildRecord, "vertices">[]): readonly PastVertex[] {
  return records.flatMap(({ vertices }) =>
    vertices.flatMap((vertex) => (hasRun(vertex) ? [{ keys: vertex.keys, ms: timeSpent(vertex) }] : [])),
  );
}

/**
 * How long the vertices of a recorded build take where nothing is cached: as in that build what ran in it, else as in the
 * newest of the other builds, else what is usual for their kind.
 */
export function recordDurations(
  { vertices }: Pick<BuildRecord, "vertices">,
  others: readonly Pick<BuildRecord, "vertices">[],
): Durations {
  const known = new Map<string, number>();
  for (const { keys, ms } of pastVertices(others)) {
    for (const key of [keys.vertex, keys.step, keys.instruction ?? ""]) if (!known.has(key)) known.set(key, ms);
  }
  return new Map(vertices.map((vertex) => [vertex.digest, durationOf(vertex, known)]));
}

function durationOf(vertex: RecordedVertex, known: ReadonlyMap<string, number>): VertexDuration {
  const { keys, estimate, emulation } = vertex;
  if (hasRun(vertex)) return { ms: timeSpent(vertex), provenance: "measured", basis: "vertex", emulation };
  for (const basis of ["vertex", "step", "instruction"] as const) {
    const ms = known.get(keys[basis] ?? "");
    if (ms !== undefined && keys[basis] !== undefined) return { ms, provenance: "measured", basis, emulation };
  }
  return { ms: estimate * emulation, provenance: "estimated", basis: "kind", emulation };
}

/** What happened when: the runs of a recorded build, from the first one on. */
export function ranSchedule({ vertices }: Pick<BuildRecord, "vertices">): Schedule {
  const spans = vertices.filter(hasRun).map(({ digest, runs }) => ({
    digest,
    start: runs.reduce((least, { started }) => Math.min(least, started), Number.POSITIVE_INFINITY),
    end: runs.reduce((most, { completed }) => Math.max(most, completed), 0),
  }));
  const first = spans.reduce((least, { start }) => Math.min(least, start), Number.POSITIVE_INFINITY);
  const runs = spans
    .map(({ digest, start, end }) => ({ digest, start: start - first, end: end - first, worker: undefined }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  return { makespan: runs.reduce((most, { end }) => Math.max(most, end), 0), workers: mostAtOnce(runs), runs };
}

function mostAtOnce(runs: Schedule["runs"]): number {
  const changes = runs.flatMap(({ start, end }) => [[start, 1] as const, [end, -1] as const]);
  let now = 0;
  let most = 0;
  for (const [, change] of changes.sort(([a, one], [b, other]) => a - b || one - other)) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

function hasRun({ state, runs }: RecordedVertex): boolean {
  return state === "completed" && runs.length > 0;
}

function timeSpent({ runs }: RecordedVertex): number {
  return runs.reduce((sum, { started, completed }) => sum + completed - started, 0);
}
