import { select } from "d3-selection";
import { type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { makeDrawing } from "./canvas.ts";
import type { ColourScheme } from "./colours.ts";
import { graphDrawer } from "./draw-graph.ts";
import { button, element } from "./element.ts";
import type { PageModel } from "./model.ts";
import { neighbour } from "./neighbour.ts";
import type { Store } from "./store.ts";

/** A graph that fits at this scale is shown as a whole at first; of a larger one the beginning of the critical path. */
const wholeFrom = 0.5;
const firstScale = 0.8;

/** The graph: drawn on a canvas, moved and scaled by pointer and keys. */
export function graphView(model: PageModel, store: Store, scheme: ColourScheme, showDetails: () => void): HTMLElement {
  const { data } = model;
  const canvas = element("canvas", {
    id: "graph",
    tabindex: "0",
    role: "application",
    "aria-label": `Build graph of ${data.vertices.length} steps`,
    "aria-roledescription": "graph",
    "aria-describedby": "graph-help",
  });
  const draw = graphDrawer(model);
  let transform: ZoomTransform = zoomIdentity;
  let isPlaced = false;
  const drawing = makeDrawing(
    canvas,
    (context, size) => draw(context, size, transform, store.state, scheme.colours),
    () => {
      if (!isPlaced && drawing.size.width > 0) begin();
    },
  );
  const selection = select(canvas);
  const margin = 200;
  const zoomer = zoom<HTMLCanvasElement, unknown>()
    .extent(() => [
      [0, 0],
      [drawing.size.width, drawing.size.height],
    ])
    .translateExtent([
      [-margin, -margin],
      [data.size.width + margin, data.size.height + margin],
    ])
    .clickDistance(4)
    .on("zoom", (event: { readonly transform: ZoomTransform }) => {
      transform = event.transform;
      drawing.redraw();
    });
  selection.call(zoomer).on("dblclick.zoom", null);

  /** Above the legend. */
  const free = () => ({ width: drawing.size.width, height: Math.max(1, drawing.size.height - legendHeight) });
  const wholeScale = () => Math.min(free().width / (data.size.width + 20), free().height / (data.size.height + 20));
  const centre = (scale: number, x: number, y: number) =>
    selection.call(
      zoomer.transform,
      zoomIdentity.translate(free().width / 2 - x * scale, free().height / 2 - y * scale).scale(scale),
    );
  const showAll = () => centre(Math.min(1, wholeScale()), data.size.width / 2, data.size.height / 2);
  const begin = () => {
    isPlaced = true;
    zoomer.scaleExtent([Math.min(0.2, wholeScale() / 2), 4]);
    if (wholeScale() >= wholeFrom) return void showAll();
    const first = data.vertices[data.criticalPath[0] ?? 0];
    centre(firstScale, (first?.x ?? 0) + (first?.width ?? 0) / 2, free().height / 2 / firstScale - 10);
  };
  const scaleBy = (factor: number) => void selection.call(zoomer.scaleBy, factor);

  canvas.addEventListener("click", (event) => {
    const [x, y] = transform.invert([event.offsetX, event.offsetY]);
    const found = data.vertices.findIndex(
      (box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
    );
    store.change({ selected: found < 0 ? undefined : found });
  });
  canvas.addEventListener("dblclick", () => {
    if (store.state.selected !== undefined) showDetails();
  });
  const keys: Readonly<Record<string, () => void>> = {
    "+": () => scaleBy(1.3),
    "=": () => scaleBy(1.3),
    "-": () => scaleBy(1 / 1.3),
    "0": () => void showAll(),
    Enter: showDetails,
    Escape: () => store.change({ selected: undefined, marked: new Set(), markedBy: "" }),
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = neighbour(model, store.state.selected, event.key);
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (next !== undefined) store.change({ selected: next });
    else if (act !== undefined) act();
    else return;
    event.preventDefault();
  });

  /** Moves a vertex into sight that is out of it. */
  const reveal = (number: number) => {
    const vertex = data.vertices[number];
    if (vertex === undefined || !isPlaced) return;
    const [left, top] = transform.apply([vertex.x, vertex.y]);
    const [right, bottom] = transform.apply([vertex.x + vertex.width, vertex.y + vertex.height]);
    const { width, height } = drawing.size;
    const isSeen = left >= 0 && top >= 0 && right <= width && bottom <= height && transform.k >= 0.2;
    if (!isSeen) centre(Math.max(transform.k, firstScale), vertex.x + vertex.width / 2, vertex.y + vertex.height / 2);
  };
  store.listen((state, before) => {
    if (state.selected !== undefined && state.selected !== before.selected) reveal(state.selected);
    drawing.redraw();
  });
  scheme.listen(drawing.redraw);

  const help =
    "Arrow down goes to what reads a step, up to what it needs, left and right to those on the same level; Home and End to the ends of the critical path. Plus and minus zoom, zero shows all, Enter goes to the details.";
  return element(
    "section",
    { class: "graph", "aria-label": "Graph" },
    canvas,
    element(
      "div",
      { class: "tools", role: "group", "aria-label": "Zoom" },
      button("+", () => scaleBy(1.3), { "aria-label": "Zoom in" }),
      button("−", () => scaleBy(1 / 1.3), { "aria-label": "Zoom out" }),
      button("All", () => void showAll(), { "aria-label": "Show all of the graph" }),
    ),
    legend(),
    element("p", { id: "graph-help", class: "help" }, help),
  );
}

/** With what is around it, in pixels. */
const legendHeight = 44;

function legend(): HTMLElement {
  const entry = (name: string, text: string) => element("li", {}, element("i", { class: `key ${name}` }), text);
  return element(
    "ul",
    { class: "legend", "aria-label": "Legend" },
    entry("critical", "critical path"),
    entry("exec", "RUN"),
    entry("file", "files"),
    entry("source", "source"),
  );
}
