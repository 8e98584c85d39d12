import type { ScaleLinear } from "d3-scale";
import { timeText } from "../graph/analyses/time-text.ts";
import type { Drawing } from "./canvas.ts";
import { type Colours, colourOfKind } from "./colours.ts";
import { cut } from "./draw-graph.ts";
import type { Bar, PageModel, Timeline } from "./model.ts";
import type { PageState } from "./store.ts";

type Context = CanvasRenderingContext2D;
export type TimeScale = ScaleLinear<number, number>;

export const axisHeight = 20;
const mostHeight = 6000;

/** Of one lane, in pixels: less where there are very many. */
export function laneHeight({ lanes }: Timeline): number {
  return Math.max(2, Math.min(20, Math.floor(mostHeight / Math.max(1, lanes))));
}

/** A lane for each worker, a bar for each vertex, and the time above. */
export function drawTimeline(
  context: Context,
  size: Drawing["size"],
  { model, timeline, scale, state, colours }: TimelinePicture,
): void {
  drawAxis(context, size, scale, colours);
  const height = laneHeight(timeline);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  for (const bar of timeline.bars) {
    const box = barBox(bar, scale, height);
    if (box.x > size.width || box.x + box.width < 0) continue;
    drawBar(context, bar, box, { model, state, colours });
  }
  context.globalAlpha = 1;
}

export interface TimelinePicture {
  readonly model: PageModel;
  readonly timeline: Timeline;
  readonly scale: TimeScale;
  readonly state: PageState;
  readonly colours: Colours;
}

/** The bar at a place; undefined where there is none. */
export function barAt(timeline: Timeline, scale: TimeScale, x: number, y: number): Bar | undefined {
  const height = laneHeight(timeline);
  const lane = Math.floor((y - axisHeight) / height);
  // A bar may be narrower than a finger.
  const near = 2;
  return timeline.bars.findLast((bar) => {
    if (bar.lane !== lane) return false;
    const box = barBox(bar, scale, height);
    return x >= box.x - near && x <= box.x + box.width + near;
  });
}

interface BarBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function barBox({ start, end, lane }: Bar, scale: TimeScale, height: number): BarBox {
  const x = scale(start);
  return {
    x,
    y: axisHeight + lane * height + (height > 6 ? 1 : 0),
    width: Math.max(1.5, scale(end) - x),
    height: height > 6 ? height - 2 : height,
  };
}

function drawAxis(context: Context, size: Drawing["size"], scale: TimeScale, colours: Colours): void {
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "alphabetic";
  context.lineWidth = 1;
  for (const tick of scale.ticks(Math.max(2, Math.floor(size.width / 110)))) {
    const x = Math.round(scale(tick)) + 0.5;
    context.strokeStyle = colours.frameLine;
    context.beginPath();
    context.moveTo(x, 4);
    context.lineTo(x, size.height);
    context.stroke();
    context.fillStyle = colours.muted;
    context.fillText(timeText(tick), x + 3, 13);
  }
}

function drawBar(
  context: Context,
  { vertex }: Bar,
  { x, y, width, height }: BarBox,
  { model, state, colours }: Pick<TimelinePicture, "model" | "state" | "colours">,
): void {
  const { data, critical, labels } = model;
  const known = data.vertices[vertex];
  const isOther = state.platform !== undefined && known?.platforms.includes(state.platform) === false;
  const isFaint = isOther || (state.marked.size > 0 && !state.marked.has(vertex));
  const kindColour = colourOfKind(known?.kind ?? "", colours);
  context.globalAlpha = isFaint ? 0.25 : 1;
  context.fillStyle = colours.box;
  context.fillRect(x, y, width, height);
  context.globalAlpha = isFaint ? 0.1 : 0.35;
  context.fillStyle = kindColour;
  context.fillRect(x, y, width, height);
  context.globalAlpha = isFaint ? 0.25 : 1;
  if (height > 10) {
    // What is critical has a thick line below, so that it shows without colours, too.
    context.fillStyle = critical.has(vertex) ? colours.critical : kindColour;
    const thickness = critical.has(vertex) ? 4 : 1;
    context.fillRect(x, y + height - thickness, width, thickness);
  }
  if (width > 40 && height > 10) {
    context.fillStyle = colours.text;
    const left = Math.max(x, 0) + 4;
    const room = Math.floor((x + width - left - 4) / 6);
    if (room > 3) context.fillText(cut(labels[vertex] ?? "", room), left, y + height / 2 - 1, x + width - left - 2);
  }
  if (state.selected === vertex) {
    context.globalAlpha = 1;
    context.strokeStyle = colours.select;
    context.lineWidth = 2.5;
    context.strokeRect(x - 0.5, y, width + 1, height);
  }
}
