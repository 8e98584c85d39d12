import stringWidth from "string-width";
import type { BuildGraph } from "../build-graph.ts";
import { visible } from "../excerpt.ts";
import { type GraphLayout, groupTitles, layoutOf, type PlacedVertex } from "./layout.ts";
import { arrowsOf, resultsOf } from "./picture.ts";
import { place } from "./place.ts";
import type { PlacedBox, PlacedBoxes, Point } from "./place-boxes.ts";

/**
 * A graph as a picture of its own, in SVG: a frame around each stage on each set of platforms, arrows from inputs to
 * users, light or dark as the viewer is. Pointing at a box shows all of its text and its lines. Equal graphs give equal
 * pictures.
 */
export async function renderSvg(graph: BuildGraph): Promise<string> {
  const layout = layoutOf(graph);
  const vertices = new Map([...layout.byDigest.values()].map((vertex) => [`v${vertex.number}`, boxOf(vertex)]));
  const results = resultsOf(graph, layout).map((result, index) => ({ ...result, name: `r${index + 1}` }));
  const arrows = arrowsOf(layout);
  const placed = await place({
    boxes: new Map<string, Box>([
      ...framed(layout, vertices),
      ...results.map(({ name, platform }) => [name, resultBox(platform)] as const),
    ]),
    frames: layout.groups.map((_, index) => `g${index + 1}`),
    lines: [
      ...arrows.map(({ from, to }) => ({ from: `v${from}`, to: `v${to}` })),
      ...results.flatMap(({ name, vertex }) => (vertex === undefined ? [] : [{ from: `v${vertex.number}`, to: name }])),
    ],
  });
  const lines = [
    ...layout.groups.map((_, index) => frameElement(placed.frames.get(`g${index + 1}`))),
    ...placed.lines.map((points, index) => lineElement(points, arrows[index]?.output ?? "")),
    ...[...layout.byDigest.values()].map((vertex) => vertexElement(vertex, vertices.get(`v${vertex.number}`), placed)),
    ...groupTitles(layout).map((title, index) => titleElement(title, placed.frames.get(`g${index + 1}`))),
    ...results.map(({ name, platform }) => resultElement(platform, placed.boxes.get(name))),
  ];
  return `${[...head(graph, placed), ...lines.filter((line) => line !== ""), "</svg>"].join("\n")}\n`;
}

const characterWidth = 7.3;
const lineHeight = 16;
const padding = 10;
const mostColumns = 38;
const mostLines = 3;

interface Box {
  readonly width: number;
  readonly height: number;
  readonly frame: string | undefined;
}

interface TextBox extends Box {
  readonly texts: readonly string[];
}

function boxOf({ title }: PlacedVertex): TextBox {
  const texts = wrapped(title.replace(/@sha256:[0-9a-f]+…?/, ""));
  const columns = Math.max(6, ...texts.map((text) => stringWidth(text)));
  return {
    texts,
    width: columns * characterWidth + 2 * padding,
    height: texts.length * lineHeight + padding,
    frame: undefined,
  };
}

function resultBox(platform: string): Box {
  return { width: stringWidth(visible(platform)) * characterWidth + 4 * padding, height: 30, frame: undefined };
}

function* framed(layout: GraphLayout, boxes: ReadonlyMap<string, TextBox>): Generator<readonly [string, Box]> {
  for (const [index, { vertices }] of layout.groups.entries()) {
    for (const { number } of vertices) {
      const box = boxes.get(`v${number}`);
      if (box !== undefined) yield [`v${number}`, { ...box, frame: `g${index + 1}` }];
    }
  }
}

/** Cut at spaces where there are any, and after a few lines. */
function wrapped(title: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of title.split(/(?<= )/)) {
    for (const part of chunks(word)) {
      if (line !== "" && stringWidth(line + part.trimEnd()) > mostColumns) {
        lines.push(line.trimEnd());
        line = "";
      }
      line += part;
    }
    if (lines.length > mostLines) break;
  }
  if (line.trimEnd() !== "") lines.push(line.trimEnd());
  return lines.length <= mostLines ? lines : [...lines.slice(0, mostLines - 1), `${lines[mostLines - 1]}…`];
}

function chunks(word: string): readonly string[] {
  if (stringWidth(word) <= mostColumns) return [word];
  const characters = Array.from(word.slice(0, mostColumns * (mostLines + 1)));
  const size = Math.floor(mostColumns / 2);
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, at) =>
    characters.slice(at * size, (at + 1) * size).join(""),
  );
}

const style = `
  svg { color-scheme: light dark; }
  .page { fill: #ffffff; }
  .frame { fill: #f3f5f8; stroke: #b8c0cc; }
  .title { fill: #465064; font-weight: 600; paint-order: stroke; stroke: #f3f5f8; stroke-width: 4px; }
  .box { fill: #ffffff; stroke: #54627a; }
  .source .box { fill: #eaf1fb; stroke: #3c6fb4; }
  .exec .box { fill: #fff6e5; stroke: #a86a00; }
  .result .box { fill: #e6f5ea; stroke: #2c7a45; }
  text { fill: #1c2430; font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }
  .line { fill: none; stroke: #7a8699; }
  .head { fill: #7a8699; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #14181f; }
    .frame { fill: #1c222c; stroke: #3b4657; }
    .title { fill: #a9b4c6; stroke: #1c222c; }
    .box { fill: #232b38; stroke: #8493ab; }
    .source .box { fill: #1d2f49; stroke: #6d9fe0; }
    .exec .box { fill: #3a2d14; stroke: #d99a2b; }
    .result .box { fill: #173322; stroke: #57b97a; }
    text { fill: #e6ebf3; }
    .line { stroke: #8593a8; }
    .head { fill: #8593a8; }
  }`;

function head(graph: BuildGraph, { width, height }: PlacedBoxes): readonly string[] {
  const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"`;
  const count = graph.vertices.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-labelledby="name">`,
    `<title id="name">Build graph of ${count} ${count === 1 ? "vertex" : "vertices"}</title>`,
    `<style>${style}\n</style>`,
    '<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="head" d="M0 0L8 4L0 8z"/></marker></defs>',
    '<rect class="page" width="100%" height="100%"/>',
  ];
}

/** A frame begins a little above its first layer, to leave room for its title. */
const titleRoom = 12;

function frameElement(frame: PlacedBox | undefined): string {
  if (frame === undefined) return "";
  const { x, y, width, height } = frame;
  return `<rect class="frame" ${placeOf({ x, y: y - titleRoom / 2, width, height: height + titleRoom })} rx="6"/>`;
}

function titleElement(title: string, frame: PlacedBox | undefined): string {
  if (frame === undefined) return "";
  const { left, top } = cornerOf(frame);
  const columns = Math.max(8, Math.floor(frame.width / characterWidth) - 2);
  const shown =
    title.length <= columns
      ? title
      : `${Array.from(title)
          .slice(0, columns - 1)
          .join("")}…`;
  return `<text class="title" x="${round(left + 8)}" y="${round(top + 5)}"><title>${escaped(title)}</title>${escaped(shown)}</text>`;
}

function lineElement(points: readonly Point[], output: string): string {
  const label = points[Math.floor(points.length / 2)];
  const text =
    output === "" || label === undefined
      ? ""
      : `<text x="${round(label.x + 4)}" y="${round(label.y)}">${escaped(output)}</text>`;
  return `<path class="line" marker-end="url(#head)" d="${curve(points)}"/>${text}`;
}

/** Through the middles between the points, bent towards each of them. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (first === undefined || last === undefined) return "";
  const parts = [`M${round(first.x)} ${round(first.y)}`];
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1];
    const end = next === undefined ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    parts.push(`Q${round(point.x)} ${round(point.y)} ${round(end.x)} ${round(end.y)}`);
  }
  if (rest.length === 0) parts.push(`L${round(last.x)} ${round(last.y)}`);
  return parts.join("");
}

function vertexElement({ vertex, number, title }: PlacedVertex, box: TextBox | undefined, placed: PlacedBoxes): string {
  const place = placed.boxes.get(`v${number}`);
  if (place === undefined || box === undefined) return "";
  const { left, top } = cornerOf(place);
  const lines = vertex.lines.length === 0 ? "" : `, line ${vertex.lines[0]}`;
  const texts = box.texts.map(
    (text, index) =>
      `<text x="${round(left + padding)}" y="${round(top + padding / 2 + lineHeight * (index + 0.75))}">${escaped(text)}</text>`,
  );
  const corner = vertex.kind === "source" ? 14 : 3;
  return `<g class="${vertex.kind}" id="v${number}"><title>${escaped(`${title} (${vertex.platforms.map(visible).join(", ")}${lines})`)}</title><rect class="box" ${placeOf(place)} rx="${corner}"/>${texts.join("")}</g>`;
}

function resultElement(platform: string, box: PlacedBox | undefined): string {
  if (box === undefined) return "";
  return `<g class="result"><title>result for ${escaped(visible(platform))}</title><rect class="box" ${placeOf(box)} rx="15"/><text x="${round(box.x)}" y="${round(box.y + 4)}" text-anchor="middle">${escaped(visible(platform))}</text></g>`;
}

function placeOf(box: PlacedBox): string {
  const { left, top } = cornerOf(box);
  return `x="${round(left)}" y="${round(top)}" width="${round(box.width)}" height="${round(box.height)}"`;
}

function cornerOf({ x, y, width, height }: PlacedBox): { readonly left: number; readonly top: number } {
  return { left: x - width / 2, top: y - height / 2 };
}

function round(pixels: number): string {
  return String(Math.round(pixels * 10) / 10);
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
