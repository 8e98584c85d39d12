import type { ZoomTransform } from "d3-zoom";
import { timeText } from "../graph/analyses/time-text.ts";
import { lineRuns } from "../graph/line-runs.ts";
import type { PageBox, PageVertex } from "../graph/page/page-data.ts";
import type { Drawing } from "./canvas.ts";
import { type Colours, colourOfKind } from "./colours.ts";
import { lineDrawer } from "./draw-lines.ts";
import type { PageModel } from "./model.ts";
import type { PageState } from "./store.ts";

type Context = CanvasRenderingContext2D;

/** Below this scale, texts in boxes could not be read. */
const readable = 0.4;
const dimmed = 0.25;

/** Draws the part of a graph that can be seen. */
export function graphDrawer(model: PageModel) {
  const drawLines = lineDrawer(model);
  return (context: Context, size: Drawing["size"], transform: ZoomTransform, state: PageState, colours: Colours) => {
    const { x, y, k } = transform;
    const seen = { x: -x / k, y: -y / k, width: size.width / k, height: size.height / k };
    context.save();
    context.translate(x, y);
    context.scale(k, k);
    drawFrames(context, model, seen, colours);
    drawLines(context, seen, k, state, colours);
    drawVertices(context, model, seen, k, state, colours);
    drawResults(context, model, seen, k, colours);
    drawTitles(context, model, seen, k, colours);
    context.restore();
  };
}

function drawFrames(context: Context, { data }: PageModel, seen: PageBox, colours: Colours): void {
  context.lineWidth = 1;
  for (const group of data.groups) {
    if (!overlaps(group, seen)) continue;
    context.fillStyle = colours.frame;
    context.strokeStyle = colours.frameLine;
    roundBox(context, group, 8);
    context.fill();
    context.stroke();
  }
}

function drawVertices(
  context: Context,
  model: PageModel,
  seen: PageBox,
  scale: number,
  state: PageState,
  colours: Colours,
): void {
  const { data, critical, labels } = model;
  context.textBaseline = "alphabetic";
  for (const [number, vertex] of data.vertices.entries()) {
    if (!overlaps(vertex, seen)) continue;
    context.globalAlpha = isDimmed(number, vertex, state) ? dimmed : 1;
    const isCritical = critical.has(number);
    roundBox(context, vertex, vertex.kind === "source" ? 14 : 4);
    context.fillStyle = colours.box;
    context.fill();
    context.lineWidth = isCritical ? Math.max(3, 2 / scale) : 1;
    context.strokeStyle = isCritical ? colours.critical : colourOfKind(vertex.kind, colours);
    context.stroke();
    context.fillStyle = colourOfKind(vertex.kind, colours);
    if (scale < readable) context.fillRect(vertex.x + 8, vertex.y + 8, vertex.width - 16, vertex.height - 16);
    else drawText(context, vertex, labels[number] ?? "", colours);
    if (state.marked.has(number)) drawRing(context, vertex, 4, 3 / scale, colours.mark, [8, 4]);
    if (state.selected === number) drawRing(context, vertex, 7, Math.max(3, 2.5 / scale), colours.select, []);
  }
  context.globalAlpha = 1;
}

function isDimmed(number: number, { platforms }: PageVertex, { platform, marked }: PageState): boolean {
  if (platform !== undefined && !platforms.includes(platform)) return true;
  return marked.size > 0 && !marked.has(number);
}

function drawText(context: Context, vertex: PageVertex, label: string, colours: Colours): void {
  const { x, y, width, height } = vertex;
  context.fillRect(x + 6, y + 7, 4, height - 14);
  context.fillStyle = colours.text;
  context.font = "12px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
  context.fillText(cut(label, 28), x + 17, y + 18, width - 24);
  context.fillStyle = colours.muted;
  context.font = "12px system-ui, sans-serif";
  context.fillText(facts(vertex), x + 17, y + 34, width - 24);
}

function facts({ ms, provenance, lines, emulation }: PageVertex): string {
  const time = `${provenance === "estimated" ? "~" : ""}${timeText(ms)}`;
  const line = lines.length === 0 ? [] : [lines.length === 1 ? `line ${lines[0]}` : `lines ${lineRuns(lines, 3)}`];
  return [time, ...line, ...(emulation > 1 ? ["emulated"] : [])].join(" · ");
}

function drawRing(context: Context, box: PageBox, gap: number, width: number, colour: string, dashes: number[]): void {
  const { x, y, width: across, height } = box;
  context.globalAlpha = 1;
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.setLineDash(dashes);
  roundBox(context, { x: x - gap, y: y - gap, width: across + 2 * gap, height: height + 2 * gap }, 8);
  context.stroke();
  context.setLineDash([]);
}

function drawResults(context: Context, { data }: PageModel, seen: PageBox, scale: number, colours: Colours): void {
  context.textAlign = "center";
  context.font = "600 12px system-ui, sans-serif";
  for (const result of data.results) {
    if (!overlaps(result, seen)) continue;
    roundBox(context, result, result.height / 2);
    context.fillStyle = colours.box;
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = colours.muted;
    context.stroke();
    context.fillStyle = colours.text;
    const { x, y, width, height } = result;
    if (scale >= readable)
      context.fillText(cut(data.platforms[result.platform] ?? "", 28), x + width / 2, y + height / 2 + 4, width - 20);
  }
  context.textAlign = "start";
}

/** Titles keep their size when all else gets small, as far as there is room. */
function drawTitles(context: Context, { data }: PageModel, seen: PageBox, scale: number, colours: Colours): void {
  const size = Math.max(12, Math.min(12 / scale, 60));
  context.font = `600 ${size}px system-ui, sans-serif`;
  for (const group of data.groups) {
    const { x, y, width } = group;
    if (!overlaps({ ...group, y: y - size, height: group.height + size }, seen)) continue;
    const room = Math.max(4, Math.floor(width / (size * 0.55)) - 1);
    context.lineWidth = 4;
    context.strokeStyle = colours.frame;
    context.fillStyle = colours.muted;
    const text = cut(group.title, room);
    const baseline = size <= 12 ? y + 14 : y - 4;
    context.strokeText(text, x + 8, baseline);
    context.fillText(text, x + 8, baseline);
  }
}

function roundBox(context: Context, { x, y, width, height }: PageBox, radius: number): void {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
}

function overlaps(a: PageBox, b: PageBox): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Cut to so many characters. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = Array.from(text.slice(0, most * 2));
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
