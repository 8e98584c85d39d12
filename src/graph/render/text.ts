import { tabTable } from "../../tab-table.ts";
import type { BuildGraph } from "../build-graph.ts";
import { visible } from "../excerpt.ts";
import { lineRuns } from "../line-runs.ts";
import { type GraphLayout, groupTitle, inputNumbers, layoutOf, type PlacedVertex } from "./layout.ts";

/**
 * A graph for reading in a terminal: its size, then a table of each stage on each set of platforms:
 *
 *     5 vertices on 3 levels, at most 3 on one level
 *
 *     stage build, linux/amd64
 *       #1  level 1          line 1     [build 1/3] FROM docker.io/library/alpine:latest
 *       #3  level 2  #1      lines 2-3  [build 2/3] RUN make
 */
export function renderText(graph: BuildGraph): string {
  const layout = layoutOf(graph);
  const parts = [summaryText(graph, layout), ...groupTexts(layout)];
  return parts.join("\n");
}

function summaryText(graph: BuildGraph, { levels, width, byDigest }: GraphLayout): string {
  const size = `${count(graph.vertices.length, "vertex", "vertices")} on ${count(levels.length, "level", "levels")}`;
  const results = [...graph.results].map(([platform, digest]) => {
    const placed = digest === undefined ? undefined : byDigest.get(digest);
    return `result for ${visible(platform)}: ${placed === undefined ? "scratch" : `#${placed.number}`}\n`;
  });
  return `${size}, at most ${width} on one level\n${results.join("")}`;
}

/** One table for all groups, so that their columns stand under each other. */
function groupTexts(layout: GraphLayout): readonly string[] {
  const rows = layout.groups.flatMap(({ vertices }) => vertices.map((placed) => rowOf(layout, placed)));
  const lines = tabTable(rows, 2).split("\n");
  let next = 0;
  return layout.groups.map((group) => {
    const own = lines.slice(next, next + group.vertices.length);
    next += group.vertices.length;
    return [groupTitle(group), ...own.map((line) => `  ${line}`)].map((line) => `${line}\n`).join("");
  });
}

function rowOf(layout: GraphLayout, placed: PlacedVertex): readonly string[] {
  const inputs = inputNumbers(layout, placed).map((number) => `#${number}`);
  return [`#${placed.number}`, `level ${placed.level}`, inputs.join(" "), linesText(placed.vertex.lines), placed.title];
}

/** `line 4`, `lines 4-6`, or with gaps `lines 4,9`. */
export function linesText(lines: readonly number[]): string {
  if (lines.length === 0) return "";
  return `${lines.length === 1 ? "line" : "lines"} ${lineRuns(lines)}`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}
