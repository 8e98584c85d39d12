import type { BuildGraph } from "../build-graph.ts";
import { renderDot } from "./dot.ts";
import type { GraphFormat } from "./graph-format.ts";
import { renderJson } from "./json.ts";
import { renderMermaid } from "./mermaid.ts";
import { renderText } from "./text.ts";

/** A graph for looking at, grouped by stage and platform; ends in a newline. */
export function renderGraph(graph: BuildGraph, format: GraphFormat): string {
  switch (format) {
    case "text":
      return renderText(graph);
    case "dot":
      return renderDot(graph);
    case "mermaid":
      return renderMermaid(graph);
    case "json":
      return renderJson(graph);
    default:
      // Programs without types may ask for anything.
      throw new TypeError(`there is no format ${format satisfies never}`);
  }
}
