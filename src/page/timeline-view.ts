import { scaleLinear } from "d3-scale";
import { select } from "d3-selection";
import { type ZoomTransform, zoom, zoomIdentity } from "d3-zoom";
import { timeText } from "../graph/analyses/time-text.ts";
import { makeDrawing } from "./canvas.ts";
import type { ColourScheme } from "./colours.ts";
import { axisHeight, barAt, drawTimeline, laneHeight } from "./draw-timeline.ts";
import { element } from "./element.ts";
import type { PageModel, Timeline } from "./model.ts";
import type { Store } from "./store.ts";

/** What several timelines have in common: they are moved and scaled together. */
export interface TimeWindow {
  transform: ZoomTransform;
  /** The time at the right end, when nothing is scaled. */
  longest: number;
  readonly listeners: (() => void)[];
}

export interface TimelineView {
  readonly figure: HTMLElement;
  show(timeline: Timeline, title: string): void;
}

/** A timeline under a title. */
export function timelineView(
  {
    model,
    store,
    scheme,
    window,
  }: {
    readonly model: PageModel;
    readonly store: Store;
    readonly scheme: ColourScheme;
    readonly window: TimeWindow;
  },
  id: string,
  first: Timeline,
): TimelineView {
  let timeline = first;
  const canvas = element("canvas", {
    id,
    tabindex: "0",
    role: "application",
    "aria-roledescription": "timeline",
    "aria-describedby": "timeline-help",
  });
  const caption = element("figcaption");
  const scaleNow = () =>
    window.transform.rescaleX(scaleLinear([0, Math.max(1, window.longest)], [0, Math.max(1, drawing.size.width - 8)]));
  const drawing = makeDrawing(
    canvas,
    (context, size) =>
      drawTimeline(context, size, { model, timeline, scale: scaleNow(), state: store.state, colours: scheme.colours }),
    () => {
      const { width, height } = drawing.size;
      zoomer.translateExtent([
        [0, 0],
        [width, height],
      ]);
    },
  );
  const zoomer = zoom<HTMLCanvasElement, unknown>()
    .scaleExtent([1, 500])
    .extent(() => [
      [0, 0],
      [drawing.size.width, drawing.size.height],
    ])
    .clickDistance(4)
    // The wheel alone scrolls the page.
    .filter((event: MouseEvent) => (event.type === "wheel" ? event.ctrlKey : event.button === 0))
    .on("zoom", (event: { readonly transform: ZoomTransform }) => {
      window.transform = event.transform;
      for (const listener of window.listeners) listener();
    });
  const selection = select(canvas);
  selection.call(zoomer).on("dblclick.zoom", null);
  const scaleBy = (factor: number) => void selection.call(zoomer.scaleBy, factor);
  window.listeners.push(() => {
    // The others follow without telling it on.
    selection.property("__zoom", window.transform);
    drawing.redraw();
  });
  canvas.addEventListener("click", (event) => {
    const bar = barAt(timeline, scaleNow(), event.offsetX, event.offsetY);
    if (bar !== undefined) store.change({ selected: bar.vertex });
  });
  const keys: Readonly<Record<string, () => void>> = {
    "+": () => scaleBy(1.5),
    "=": () => scaleBy(1.5),
    "-": () => scaleBy(1 / 1.5),
    "0": () => void selection.call(zoomer.transform, zoomIdentity),
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = barBeside(timeline, store.state.selected, event.key);
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (next !== undefined) store.change({ selected: next });
    else if (act !== undefined) act();
    else return;
    event.preventDefault();
  });
  store.listen(drawing.redraw);
  scheme.listen(drawing.redraw);
  const show = (shown: Timeline, title: string) => {
    timeline = shown;
    canvas.style.height = `${axisHeight + Math.max(1, shown.lanes) * laneHeight(shown) + 4}px`;
    caption.textContent = `${title}: ${timeText(shown.makespan)}`;
    canvas.setAttribute("aria-label", caption.textContent);
    drawing.redraw();
  };
  return { figure: element("figure", {}, caption, canvas), show };
}

/** The vertex whose bar starts before or after that of another one. */
function barBeside({ bars }: Timeline, from: number | undefined, key: string): number | undefined {
  const at = bars.findIndex(({ vertex }) => vertex === from);
  switch (key) {
    case "ArrowRight":
      return bars[at + 1]?.vertex;
    case "ArrowLeft":
      return bars[at <= 0 ? 0 : at - 1]?.vertex;
    case "Home":
      return bars[0]?.vertex;
    case "End":
      return bars.at(-1)?.vertex;
    default:
      return undefined;
  }
}
