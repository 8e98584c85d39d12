import type { BoxesToPlace, PlacedBox, PlacedBoxes } from "./place-boxes.ts";

const gap = 24;
const rowGap = 40;
const margin = 28;

/**
 * Places boxes in time linear in the graph, for graphs too large to be laid out well: a column for each frame, side by
 * side, and in it each box on the row of its level. Nothing lies on anything else, but lines may cross boxes.
 */
export function placeColumns({ boxes, frames, lines }: BoxesToPlace): PlacedBoxes {
  const levels = levelsOf(boxes.keys(), lines);
  const tops = rowTops(boxes, levels);
  const placed = new Map<string, PlacedBox>();
  const placedFrames = new Map<string, PlacedBox>();
  let left = margin;
  for (const frame of [...frames, undefined]) {
    const own = [...boxes].filter(([, box]) => box.frame === frame);
    if (own.length === 0) continue;
    const rights = new Map<number, number>();
    for (const [name, { width, height }] of own) {
      const level = levels.get(name) ?? 0;
      const x = rights.get(level) ?? left + gap / 2;
      rights.set(level, x + width + gap);
      placed.set(name, { x: x + width / 2, y: (tops[level] ?? 0) + height / 2, width, height });
    }
    const right = Math.max(...rights.values()) - gap / 2;
    if (frame !== undefined)
      placedFrames.set(
        frame,
        around(
          left,
          right,
          own.map(([name]) => placed.get(name)),
        ),
      );
    left = right + gap;
  }
  return {
    width: left - gap + margin,
    height: (tops.at(-1) ?? 0) - rowGap + margin,
    boxes: placed,
    frames: placedFrames,
    lines: lines.map(({ from, to }) => {
      const [start, end] = [placed.get(from), placed.get(to)];
      if (start === undefined || end === undefined) return [];
      return [
        { x: start.x, y: start.y + start.height / 2 },
        { x: end.x, y: end.y - end.height / 2 },
      ];
    }),
  };
}

function around(left: number, right: number, inside: readonly (PlacedBox | undefined)[]): PlacedBox {
  let top = Number.POSITIVE_INFINITY;
  let bottom = 0;
  for (const box of inside) {
    if (box === undefined) continue;
    top = Math.min(top, box.y - box.height / 2);
    bottom = Math.max(bottom, box.y + box.height / 2);
  }
  const height = bottom - top + rowGap / 2;
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: right - left, height };
}

/** From 0: one more than the highest level that a line leads from. */
function levelsOf(names: Iterable<string>, lines: BoxesToPlace["lines"]): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  const missing = new Map<string, number>();
  const next = new Map<string, string[]>();
  for (const { from, to } of lines) {
    missing.set(to, (missing.get(to) ?? 0) + 1);
    const known = next.get(from);
    if (known === undefined) next.set(from, [to]);
    else known.push(to);
  }
  const ready = [...names].filter((name) => !missing.has(name));
  for (const name of ready) levels.set(name, 0);
  for (const name of ready) {
    for (const to of next.get(name) ?? []) {
      levels.set(to, Math.max(levels.get(to) ?? 0, (levels.get(name) ?? 0) + 1));
      const left = (missing.get(to) ?? 0) - 1;
      missing.set(to, left);
      if (left === 0) ready.push(to);
    }
  }
  return levels;
}

/** Where each row begins, and where one behind the last would. */
function rowTops(boxes: BoxesToPlace["boxes"], levels: ReadonlyMap<string, number>): readonly number[] {
  const heights: number[] = [];
  for (const [name, { height }] of boxes) {
    const level = levels.get(name) ?? 0;
    heights[level] = Math.max(heights[level] ?? 0, height);
  }
  const tops = [margin + rowGap / 2];
  for (const height of heights) tops.push((tops.at(-1) ?? 0) + (height ?? 0) + rowGap);
  return tops;
}
