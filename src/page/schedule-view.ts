import { zoomIdentity } from "d3-zoom";
import { timeText } from "../graph/analyses/time-text.ts";
import type { ColourScheme } from "./colours.ts";
import { element } from "./element.ts";
import type { PageModel } from "./model.ts";
import { speedChart } from "./speed-chart.ts";
import type { Store } from "./store.ts";
import { type TimeWindow, timelineView } from "./timeline-view.ts";

/** The run as it was beside the ideal schedule, and the slider for its number of workers. */
export function scheduleView(model: PageModel, store: Store, scheme: ColourScheme): HTMLElement {
  const { data, run } = model;
  const window: TimeWindow = {
    transform: zoomIdentity,
    longest: 0,
    listeners: [],
  };
  const parts = { model, store, scheme, window };
  const ideal = timelineView(parts, "schedule", model.schedule(store.state.workers));
  const ran = run === undefined ? undefined : timelineView(parts, "run", run);
  if (run !== undefined) ran?.show(run, `As it ran (${data.run?.title ?? ""})`);
  const slider = element("input", {
    type: "range",
    id: "workers",
    min: "1",
    max: String(Math.max(1, data.makespans.length)),
    step: "1",
    value: String(store.state.workers),
  });
  slider.addEventListener("input", () => store.change({ workers: Number(slider.value) }));
  const told = element("output", { for: "workers", "aria-live": "off" });
  const chart = speedChart(data, (workers) => store.change({ workers }));
  store.listen(({ workers }, before) => {
    if (workers === before.workers && told.textContent !== "") return;
    const timeline = model.schedule(workers);
    window.longest = Math.max(timeline.makespan, run?.makespan ?? 0);
    for (const listener of window.listeners) listener();
    const count = `${workers} worker${workers === 1 ? "" : "s"}`;
    ideal.show(timeline, `Ideal schedule of ${count}`);
    slider.value = String(workers);
    told.textContent = `${count}: ${timeText(timeline.makespan)}, ${speedUp(data.work, timeline.makespan)} times as fast as one${workers === data.enough ? ", 95 % of what is possible" : ""}`;
    slider.setAttribute("aria-valuetext", told.textContent);
    chart.show(workers);
  });
  return element(
    "section",
    { class: "schedule", "aria-labelledby": "schedule-title" },
    element(
      "div",
      { class: "workers" },
      element("h2", { id: "schedule-title" }, "Schedule"),
      element("label", { for: "workers" }, "Workers"),
      slider,
      told,
      chart.picture,
    ),
    element("div", { class: "timelines" }, ...(ran === undefined ? [] : [ran.figure]), ideal.figure),
    element(
      "p",
      { id: "timeline-help", class: "help" },
      "Arrow left and right go from step to step as they start. Plus, minus and zero zoom, as does the wheel with Control; drag to move.",
    ),
  );
}

function speedUp(work: number, makespan: number): string {
  return makespan === 0 ? "1" : (work / makespan).toFixed(2);
}
