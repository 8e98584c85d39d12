import type { BuildGraph } from "../build-graph.ts";
import { visible } from "../excerpt.ts";
import { groupTitle, layoutOf, type PlacedVertex, type VertexGroup } from "./layout.ts";
import { arrowsOf, labelOf, resultsOf } from "./picture.ts";

/** A graph in the language of Graphviz: a box around each stage on each set of platforms, arrows from inputs to users. */
export function renderDot(graph: BuildGraph): string {
  const layout = layoutOf(graph);
  const lines = [
    "digraph {",
    '  node [shape=box fontname="sans-serif"];',
    ...layout.groups.flatMap(clusterLines),
    ...resultsOf(graph, layout).flatMap(({ platform, vertex }, index) => [
      `  r${index + 1} [label=${quoted(visible(platform))} shape=doubleoctagon];`,
      ...(vertex === undefined ? [] : [`  v${vertex.number} -> r${index + 1};`]),
    ]),
    ...arrowsOf(layout).map(
      ({ from, to, output }) => `  v${from} -> v${to}${output === "" ? "" : ` [label=${quoted(output)}]`};`,
    ),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** Graphviz draws a box around a subgraph whose name begins with `cluster`. */
function clusterLines(group: VertexGroup, index: number): readonly string[] {
  return [
    `  subgraph cluster_${index + 1} {`,
    `    label=${quoted(groupTitle(group))};`,
    ...group.vertices.map((placed) => `    v${placed.number} [label=${quoted(labelOf(placed))}${shapeOf(placed)}];`),
    "  }",
  ];
}

function shapeOf({ vertex }: PlacedVertex): string {
  return vertex.kind === "source" ? " shape=ellipse" : "";
}

/** Only the quote and the backslash have a meaning in a quoted text. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
