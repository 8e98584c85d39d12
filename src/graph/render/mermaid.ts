import type { BuildGraph } from "../build-graph.ts";
import { visible } from "../excerpt.ts";
import { groupTitle, layoutOf, type PlacedVertex, type VertexGroup } from "./layout.ts";
import { arrowsOf, labelOf, resultsOf } from "./picture.ts";

/** A graph as a Mermaid flowchart, which Markdown on the web draws: a box around each stage on each set of platforms. */
export function renderMermaid(graph: BuildGraph): string {
  const layout = layoutOf(graph);
  const lines = [
    "flowchart TB",
    ...layout.groups.flatMap(subgraphLines),
    ...resultsOf(graph, layout).flatMap(({ platform, vertex }, index) => [
      `  r${index + 1}{{${quoted(visible(platform))}}}`,
      ...(vertex === undefined ? [] : [`  v${vertex.number} --> r${index + 1}`]),
    ]),
    ...arrowsOf(layout).map(
      ({ from, to, output }) => `  v${from} -->${output === "" ? "" : `|${quoted(output)}|`} v${to}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function subgraphLines(group: VertexGroup, index: number): readonly string[] {
  return [
    `  subgraph g${index + 1}[${quoted(groupTitle(group))}]`,
    ...group.vertices.map((placed) => `    v${placed.number}${boxOf(placed)}`),
    "  end",
  ];
}

function boxOf(placed: PlacedVertex): string {
  const label = quoted(labelOf(placed));
  return placed.vertex.kind === "source" ? `([${label}])` : `[${label}]`;
}

/** Mermaid reads Markdown and HTML in its texts; a character by its number is only itself. */
function quoted(text: string): string {
  return `"${text.replace(/[^\p{L}\p{N} .,:;/@=()[\]-]/gu, (character) =>
    character === "…" ? character : `#${character.codePointAt(0)};`,
  )}"`;
}
