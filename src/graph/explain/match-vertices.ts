import type { RecordedVertex } from "../history/build-record.ts";

/** What a vertex is known again by. */
export type KnownVertex = Pick<RecordedVertex, "digest" | "keys" | "kind" | "stage" | "platforms">;

/**
 * Of each vertex of a build the one of an earlier build that it was before, by digest: the same one, else what does the
 * same in its stage, else the instruction of the same text, else what stands at its place, on its platform or on any. None counts twice.
 */
export function matchVertices<Vertex extends KnownVertex>(
  vertices: readonly KnownVertex[],
  before: readonly Vertex[],
): ReadonlyMap<string, Vertex> {
  const places = [atPlace(vertices, before, ({ platforms }) => platforms.join()), atPlace(vertices, before, () => "")];
  return matched(vertices, [...kinships(before), ...places]);
}

/** As `matchVertices`, but for what only stands at the same place. */
export function sameVertices<Vertex extends KnownVertex>(
  vertices: readonly KnownVertex[],
  before: readonly Vertex[],
): ReadonlyMap<string, Vertex> {
  return matched(vertices, kinships(before));
}

type Find<Vertex> = (vertex: KnownVertex) => Vertex | undefined;

function matched<Vertex extends KnownVertex>(
  vertices: readonly KnownVertex[],
  passes: readonly Find<Vertex>[],
): ReadonlyMap<string, Vertex> {
  const matches = new Map<string, Vertex>();
  const taken = new Set<Vertex>();
  for (const find of passes) {
    for (const vertex of vertices) {
      const found = matches.has(vertex.digest) ? undefined : find(vertex);
      if (found === undefined || taken.has(found) || found.kind !== vertex.kind) continue;
      matches.set(vertex.digest, found);
      taken.add(found);
    }
  }
  return matches;
}

function kinships<Vertex extends KnownVertex>(before: readonly Vertex[]): readonly Find<Vertex>[] {
  return [
    by(before, ({ digest }) => digest),
    by(before, ({ keys }) => keys.step),
    by(before, ({ keys, kind }) => (keys.instruction === undefined ? undefined : `${kind} ${keys.instruction}`)),
  ];
}

function by<Vertex extends KnownVertex>(
  vertices: readonly Vertex[],
  keyOf: (vertex: KnownVertex) => string | undefined,
): Find<Vertex> {
  const known = new Map(vertices.map((vertex) => [keyOf(vertex), vertex]));
  return (vertex) => {
    const key = keyOf(vertex);
    return key === undefined ? undefined : known.get(key);
  };
}

function atPlace<Vertex extends KnownVertex>(
  vertices: readonly KnownVertex[],
  before: readonly Vertex[],
  groupOf: (vertex: KnownVertex) => string,
): Find<Vertex> {
  const places = new Map([...placesOf(before, groupOf)].map(([vertex, place]) => [place, vertex]));
  const own = placesOf(vertices, groupOf);
  return (vertex) => places.get(own.get(vertex) ?? "");
}

/** The stage, the kind, and how many of these stand before it. */
function placesOf<Vertex extends KnownVertex>(
  vertices: readonly Vertex[],
  groupOf: (vertex: KnownVertex) => string,
): ReadonlyMap<Vertex, string> {
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
