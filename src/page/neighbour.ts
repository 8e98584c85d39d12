import type { PageModel } from "./model.ts";

/** The vertex that a key leads to from another one; undefined for a key that leads nowhere. */
export function neighbour(model: PageModel, from: number | undefined, key: string): number | undefined {
  const { data, dependents } = model;
  const first = data.criticalPath[0] ?? (data.vertices.length > 0 ? 0 : undefined);
  switch (key) {
    case "Home":
      return first;
    case "End":
      return data.criticalPath.at(-1) ?? first;
    case "ArrowDown":
      return from === undefined ? first : preferred(model, dependents[from] ?? []);
    case "ArrowUp":
      return from === undefined ? first : preferred(model, data.vertices[from]?.inputs ?? []);
    case "ArrowLeft":
      return from === undefined ? first : beside(model, from, -1);
    case "ArrowRight":
      return from === undefined ? first : beside(model, from, 1);
    default:
      return undefined;
  }
}

/** Along the critical path where it leads on. */
function preferred({ critical }: PageModel, vertices: readonly number[]): number | undefined {
  return vertices.find((vertex) => critical.has(vertex)) ?? vertices[0];
}

/** The nearest on the same level, to the left or to the right. */
function beside({ data }: PageModel, from: number, direction: -1 | 1): number | undefined {
  const here = data.vertices[from];
  if (here === undefined) return undefined;
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [number, { level, x }] of data.vertices.entries()) {
    const distance = (x - here.x) * direction;
    if (level !== here.level || number === from || distance <= 0 || distance >= least) continue;
    best = number;
    least = distance;
  }
  return best;
}
