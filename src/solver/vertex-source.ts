import type { FailureSource } from "../failure.ts";
import type { Definition } from "../llb/definition.ts";

/**
 * Where in its source text a vertex comes from; undefined for a vertex that no definition knows or that is nowhere.
 *
 * A worker calls a vertex by another digest than its definition where a policy changed one of its sources, or where it
 * writes an op in another way than its author; and BuildKit's frontend notes no place for what ADD downloads, but gives it
 * the name of the step. Then the name decides, if of the vertices that have it one alone is somewhere.
 */
export function sourceOfVertex(
  definitions: readonly Definition[],
  digest: string,
  name: string,
): FailureSource | undefined {
  const found = placeOf(definitions, digest);
  if (found !== undefined) return found;
  const named = definitions.flatMap(({ metadata }) =>
    [...metadata].filter(([, { description }]) => description?.get("llb.customname") === name).map(([key]) => key),
  );
  const places = [...new Set(named)].map((key) => placeOf(definitions, key)).filter((place) => place !== undefined);
  return places.length === 1 ? places[0] : undefined;
}

function placeOf(definitions: readonly Definition[], digest: string): FailureSource | undefined {
  for (const { source } of definitions) {
    const locations = source?.locations.get(digest) ?? [];
    const info = locations[0] && source?.infos[locations[0].sourceIndex];
    if (info === undefined) continue;
    const ranges = locations.flatMap((location) => location.ranges);
    return { filename: info.filename, text: info.data, ranges };
  }
  return undefined;
}
