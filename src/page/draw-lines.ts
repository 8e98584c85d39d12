import type { PageBox } from "../graph/page/page-data.ts";
import type { Colours } from "./colours.ts";
import type { PageModel } from "./model.ts";
import type { PageState } from "./store.ts";

type Context = CanvasRenderingContext2D;

/** The lines from what is read to what reads it, from the middle below to the middle above, as flat lists. */
interface Lines {
  readonly count: number;
  /** x and y of the start, x and y of the end. */
  readonly points: Float32Array;
  readonly isCritical: Uint8Array;
}

/** Lines that are smaller than this have neither bends nor heads. */
const detailed = 0.25;

/** Draws those lines of which anything can be seen; those of the critical path last. */
export function lineDrawer(model: PageModel) {
  const { count, points, isCritical } = linesOf(model);
  const trace = (context: Context, seen: PageBox, scale: number, critical: 0 | 1) => {
    context.beginPath();
    for (let line = 0; line < count; line++) {
      if (isCritical[line] !== critical) continue;
      const x1 = points[4 * line] ?? 0;
      const y1 = points[4 * line + 1] ?? 0;
      const x2 = points[4 * line + 2] ?? 0;
      const y2 = points[4 * line + 3] ?? 0;
      if (Math.max(x1, x2) < seen.x || Math.min(x1, x2) > seen.x + seen.width) continue;
      if (Math.max(y1, y2) < seen.y || Math.min(y1, y2) > seen.y + seen.height) continue;
      if (scale < detailed) {
        context.moveTo(x1, y1);
        context.lineTo(x2, y2);
      } else addBend(context, x1, y1, x2, y2);
    }
    context.stroke();
  };
  return (context: Context, seen: PageBox, scale: number, { marked }: PageState, colours: Colours) => {
    context.lineWidth = Math.max(1, 0.7 / scale);
    context.strokeStyle = colours.line;
    context.globalAlpha = marked.size > 0 ? 0.25 : 1;
    trace(context, seen, scale, 0);
    context.globalAlpha = 1;
    context.lineWidth = Math.max(3, 2 / scale);
    context.strokeStyle = colours.critical;
    trace(context, seen, scale, 1);
  };
}

function addBend(context: Context, x1: number, y1: number, x2: number, y2: number): void {
  const bend = Math.min(60, Math.max(20, (y2 - y1) / 2));
  context.moveTo(x1, y1);
  context.bezierCurveTo(x1, y1 + bend, x2, y2 - bend, x2, y2);
  context.moveTo(x2 - 4, y2 - 7);
  context.lineTo(x2, y2);
  context.lineTo(x2 + 4, y2 - 7);
}

function linesOf({ data }: PageModel): Lines {
  const { vertices, results, criticalPath } = data;
  const next = new Map(criticalPath.map((vertex, index) => [vertex, criticalPath[index + 1]]));
  const points: number[] = [];
  const isCritical: number[] = [];
  const add = (from: PageBox, to: PageBox, critical: boolean) => {
    points.push(from.x + from.width / 2, from.y + from.height, to.x + to.width / 2, to.y);
    isCritical.push(critical ? 1 : 0);
  };
  for (const [number, vertex] of vertices.entries()) {
    for (const input of vertex.inputs) {
      const from = vertices[input];
      if (from !== undefined) add(from, vertex, next.get(input) === number);
    }
  }
  for (const result of results) {
    const from = result.vertex === null ? undefined : vertices[result.vertex];
    if (from !== undefined) add(from, result, false);
  }
  return { count: isCritical.length, points: Float32Array.from(points), isCritical: Uint8Array.from(isCritical) };
}
