import type { BuildRecord, RecordedVertex } from "../history/build-record.ts";

/**
 * Of each vertex of a build the one of an earlier build that it was before, by digest: the same one, else what does the
 * same in its stage, else the instruction of the same text, else what stands at its place, on its platform or on any. None counts twice.
 */
export function matchVertices(
  build: Pick<BuildRecord, "vertices">,
  before: Pick<BuildRecord, "vertices">,
): ReadonlyMap<string, RecordedVertex> {
  const matches = new Map<string, RecordedVertex>();
  const taken = new Set<RecordedVertex>();
  const passes: readonly ((vertex: RecordedVertex) => RecordedVertex | undefined)[] = [
    by(before, ({ digest }) => digest),
    by(before, ({ keys }) => keys.step),
    by(before, ({ keys, kind }) => (keys.instruction === undefined ? undefined : `${kind} ${keys.instruction}`)),
    atPlace(build, before, ({ platforms }) => platforms.join()),
    atPlace(build, before, () => ""),
  ];
  for (const find of passes) {
    for (const vertex of build.vertices) {
      const found = matches.has(vertex.digest) ? undefined : find(vertex);
      if (found === undefined || taken.has(found) || found.kind !== vertex.kind) continue;
      matches.set(vertex.digest, found);
      taken.add(found);
    }
  }
  return matches;
}

function by(
  { vertices }: Pick<BuildRecord, "vertices">,
  keyOf: (vertex: RecordedVertex) => string | undefined,
): (vertex: RecordedVertex) => RecordedVertex | undefined {
  const known = new Map(vertices.map((vertex) => [keyOf(vertex), vertex]));
  return (vertex) => {
    const key = keyOf(vertex);
    return key === undefined ? undefined : known.get(key);
  };
}

function atPlace(
  build: Pick<BuildRecord, "vertices">,
  before: Pick<BuildRecord, "vertices">,
  groupOf: (vertex: RecordedVertex) => string,
): (vertex: RecordedVertex) => RecordedVertex | undefined {
  const places = new Map([...placesOf(before.vertices, groupOf)].map(([vertex, place]) => [place, vertex]));
  const own = placesOf(build.vertices, groupOf);
  return (vertex) => places.get(own.get(vertex) ?? "");
}

/** The stage, the kind, and how many of these stand before it. */
function placesOf(
  vertices: readonly RecordedVertex[],
  groupOf: (vertex: RecordedVertex) => string,
): ReadonlyMap<RecordedVertex, string> {
  const counts = new Map<string, number>();
  return new Map(
    vertices.map((vertex) => {
      const group = JSON.stringify([vertex.stage ?? "", groupOf(vertex), vertex.kind]);
      const count = counts.get(group) ?? 0;
      counts.set(group, count + 1);
      return [vertex, `${group} ${count}`];
    }),
  );
}
