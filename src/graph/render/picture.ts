import type { BuildGraph } from "../build-graph.ts";
import type { GraphLayout, PlacedVertex } from "./layout.ts";

/** An arrow of a picture, from what is read to its reader, both by number; `output` is empty for the first one. */
export interface Arrow {
  readonly from: number;
  readonly to: number;
  readonly output: string;
}

/** The arrows of a graph, each once, in the order of their readers. */
export function arrowsOf({ byDigest }: GraphLayout): readonly Arrow[] {
  return [...byDigest.values()].flatMap(({ vertex, number }) => {
    const arrows = new Map<string, Arrow>();
    for (const { digest, output } of vertex.inputs) {
      const from = byDigest.get(digest)?.number ?? 0;
      arrows.set(`${from} ${output}`, { from, to: number, output: output === 0 ? "" : String(output) });
    }
    return [...arrows.values()];
  });
}

/** The result of each platform; without a vertex where it is scratch. */
export function resultsOf(
  graph: BuildGraph,
  { byDigest }: GraphLayout,
): readonly { readonly platform: string; readonly vertex: PlacedVertex | undefined }[] {
  return [...graph.results].map(([platform, digest]) => ({
    platform,
    vertex: digest === undefined ? undefined : byDigest.get(digest),
  }));
}

const longestLabel = 80;

/** A title short enough to stand in a box. */
export function labelOf({ title }: PlacedVertex): string {
  if (title.length <= longestLabel) return title;
  const characters = Array.from(title.slice(0, longestLabel * 2));
  return characters.length <= longestLabel ? title : `${characters.slice(0, longestLabel - 1).join("")}…`;
}
