import type { FailureSource } from "../failure.ts";
import type { Definition } from "../llb/definition.ts";

/** Where in its source text a vertex comes from; undefined for a vertex that no definition knows or that is nowhere. */
export function sourceOfVertex(definitions: readonly Definition[], digest: string): FailureSource | undefined {
  for (const { source } of definitions) {
    const locations = source?.locations.get(digest) ?? [];
    const info = locations[0] && source?.infos[locations[0].sourceIndex];
    if (info === undefined) continue;
    const ranges = locations.flatMap((location) => location.ranges);
    return { filename: info.filename, text: info.data, ranges };
  }
  return undefined;
}
