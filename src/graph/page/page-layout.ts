import type { BuildGraph } from "../build-graph.ts";
import type { GraphLayout } from "../render/layout.ts";
import { arrowsOf, resultsOf } from "../render/picture.ts";
import { place } from "../render/place.ts";
import type { BoxesToPlace, PlacedBox } from "../render/place-boxes.ts";
import type { PageBox } from "./page-data.ts";

/** Where everything of a graph is on the page: all boxes have the same size. */
export interface PageLayout {
  readonly size: { readonly width: number; readonly height: number };
  /** In the order of the graph. */
  readonly vertices: readonly PageBox[];
  readonly groups: readonly PageBox[];
  readonly results: readonly PageBox[];
}

type Box = BoxesToPlace["boxes"] extends ReadonlyMap<string, infer Each> ? Each : never;

const boxWidth = 230;
const boxHeight = 44;
const resultHeight = 30;

export async function pageLayout(graph: BuildGraph, layout: GraphLayout): Promise<PageLayout> {
  const results = resultsOf(graph, layout).map((result, index) => ({ ...result, name: `r${index}` }));
  const groups = layout.groups.map(({ vertices }, index) => ({ vertices, name: `g${index}` }));
  const vertexBox = (frame: string) => ({ width: boxWidth, height: boxHeight, frame });
  const placed = await place({
    boxes: new Map<string, Box>([
      ...groups.flatMap(({ vertices, name }) => vertices.map(({ number }) => [`v${number}`, vertexBox(name)] as const)),
      ...results.map(({ name }) => [name, { width: boxWidth, height: resultHeight, frame: undefined }] as const),
    ]),
    frames: groups.map(({ name }) => name),
    lines: [
      ...arrowsOf(layout).map(({ from, to }) => ({ from: `v${from}`, to: `v${to}` })),
      ...results.flatMap(({ name, vertex }) => (vertex === undefined ? [] : [{ from: `v${vertex.number}`, to: name }])),
    ],
  });
  return {
    size: { width: Math.ceil(placed.width), height: Math.ceil(placed.height) },
    vertices: graph.vertices.map((_, index) => cornered(placed.boxes.get(`v${index + 1}`))),
    groups: groups.map(({ name }) => titled(cornered(placed.frames.get(name)))),
    results: results.map(({ name }) => cornered(placed.boxes.get(name))),
  };
}

function cornered(box: PlacedBox | undefined): PageBox {
  if (box === undefined) throw new Error("a box has no place");
  const { x, y, width, height } = box;
  return { x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height };
}

const titleRoom = 16;

/** A frame begins a little above its first layer, to leave room for its title. */
function titled({ x, y, width, height }: PageBox): PageBox {
  return { x, y: y - titleRoom, width, height: height + titleRoom };
}
