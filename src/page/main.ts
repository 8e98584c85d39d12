import { timeText } from "../graph/analyses/time-text.ts";
import type { PageData } from "../graph/page/page-data.ts";
import { changesPanel } from "./changes-panel.ts";
import { colourScheme } from "./colours.ts";
import { criticalPanel } from "./critical-panel.ts";
import { element } from "./element.ts";
import { findingsPanel } from "./findings-panel.ts";
import { graphView } from "./graph-view.ts";
import { headerView } from "./header-view.ts";
import { type PageModel, pageModel } from "./model.ts";
import { scheduleView } from "./schedule-view.ts";
import { stepPanel } from "./step-panel.ts";
import { makeStore, type PageState, type Store } from "./store.ts";

// The script of the page: its data are in the document, and are made by the same build of llbc.

showPage(readData());

function readData(): PageData {
  const data: PageData = JSON.parse(document.getElementById("data")?.textContent ?? "");
  return data;
}

function showPage(data: PageData): void {
  const model = pageModel(data);
  const scheme = colourScheme();
  const store = makeStore({
    selected: undefined,
    marked: new Set(),
    markedBy: "",
    platform: undefined,
    workers: Math.min(data.workers, Math.max(1, data.makespans.length)),
  });
  const panel = stepPanel(model, store);
  const showDetails = () => panel.querySelector("h2")?.focus();
  document.body.append(
    headerView(model, store, scheme),
    element(
      "main",
      {},
      graphView(model, store, scheme, showDetails),
      element(
        "aside",
        { "aria-label": "Details" },
        panel,
        ...(data.findings === null ? [] : [findingsPanel(data.findings, data.filename, store)]),
        ...(data.against === null ? [] : [changesPanel(model, store, data.against)]),
        criticalPanel(model, store),
      ),
      scheduleView(model, store, scheme),
    ),
    statusLine(model, store),
  );
}

/** Says what was selected to those who do not see it. */
function statusLine(model: PageModel, store: Store): HTMLElement {
  const line = element("p", { role: "status", class: "spoken" });
  store.listen(({ selected }, before) => {
    if (selected !== before.selected) line.textContent = sentence(model, selected);
  });
  return line;
}

function sentence({ data, critical, dependents }: PageModel, selected: PageState["selected"]): string {
  const vertex = selected === undefined ? undefined : data.vertices[selected];
  if (vertex === undefined || selected === undefined) return "nothing selected";
  return [
    vertex.name,
    timeText(vertex.ms),
    ...(critical.has(selected) ? ["on the critical path"] : []),
    `needs ${vertex.inputs.length}`,
    `needed by ${dependents[selected]?.length ?? 0}`,
  ].join(", ");
}
