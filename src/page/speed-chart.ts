import { scaleLinear } from "d3-scale";
import type { PageData } from "../graph/page/page-data.ts";

const width = 220;
const height = 44;
const margin = 4;
const namespace = "http://www.w3.org/2000/svg";

/** How long so many workers take, as a line over their number, with what no number gets below. The slider says it in words. */
export function speedChart(
  { makespans, span }: PageData,
  choose: (workers: number) => void,
): { readonly picture: SVGElement; show(workers: number): void } {
  const x = scaleLinear([1, Math.max(2, makespans.length)], [margin, width - margin]);
  const y = scaleLinear([0, Math.max(1, makespans[0] ?? 0)], [height - margin, margin]);
  const picture = shape("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const points = makespans.map((makespan, index) => `${x(index + 1).toFixed(1)},${y(makespan).toFixed(1)}`);
  const dot = shape("circle", { class: "now", r: "4" });
  picture.append(
    shape("line", { class: "bound", x1: "0", x2: String(width), y1: String(y(span)), y2: String(y(span)) }),
    shape("polyline", { class: "times", points: points.join(" ") }),
    dot,
  );
  picture.addEventListener("click", (event) => {
    const { left, width: shown } = picture.getBoundingClientRect();
    const workers = Math.round(x.invert(((event.clientX - left) / shown) * width));
    choose(Math.min(makespans.length, Math.max(1, workers)));
  });
  return {
    picture,
    show(workers) {
      dot.setAttribute("cx", String(x(workers)));
      dot.setAttribute("cy", String(y(makespans[workers - 1] ?? span)));
    },
  };
}

function shape(tag: string, attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(namespace, tag);
  if (!(made instanceof SVGElement)) throw new Error(`${tag} is no shape`);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}
