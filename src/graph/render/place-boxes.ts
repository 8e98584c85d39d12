import { type EdgeLabel, Graph, type GraphLabel, layout, type NodeLabel } from "@dagrejs/dagre";

/** A box with its middle, in pixels. */
export interface PlacedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Boxes, frames around some of them, and lines from box to box, by names. */
export interface BoxesToPlace {
  readonly boxes: ReadonlyMap<
    string,
    { readonly width: number; readonly height: number; readonly frame: string | undefined }
  >;
  readonly frames: readonly string[];
  readonly lines: readonly { readonly from: string; readonly to: string }[];
}

export interface PlacedBoxes {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, PlacedBox>;
  readonly frames: ReadonlyMap<string, PlacedBox>;
  /** In the order in which they were given. */
  readonly lines: readonly (readonly Point[])[];
}

/** Places boxes in layers from top to bottom, so that lines lead down and cross little; some hundreds take seconds. */
export function placeBoxes({ boxes, frames, lines }: BoxesToPlace): PlacedBoxes {
  const graph = new Graph<GraphLabel, NodeLabel, EdgeLabel>({ compound: true, multigraph: true });
  graph.setGraph({
    rankdir: "TB",
    nodesep: 24,
    edgesep: 12,
    ranksep: 44,
    marginx: 16,
    marginy: 28,
  });
  for (const frame of frames) graph.setNode(frame, { width: 0, height: 0 });
  for (const [name, { width, height, frame }] of boxes) {
    graph.setNode(name, { width, height });
    if (frame !== undefined) graph.setParent(name, frame);
  }
  for (const [index, { from, to }] of lines.entries()) graph.setEdge(from, to, {}, String(index));
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  const placed = (name: string): readonly [string, PlacedBox] => {
    const { x = 0, y = 0, width: across, height: down } = graph.node(name);
    return [name, { x, y, width: across, height: down }];
  };
  return {
    width,
    height,
    boxes: new Map([...boxes.keys()].map(placed)),
    frames: new Map(frames.map(placed)),
    lines: lines.map(({ from, to }, index) => graph.edge(from, to, String(index)).points ?? []),
  };
}
