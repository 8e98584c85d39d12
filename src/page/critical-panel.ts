import { timeText } from "../graph/analyses/time-text.ts";
import { lineRuns } from "../graph/line-runs.ts";
import { addPaged, element, fold } from "./element.ts";
import type { PageModel } from "./model.ts";
import { stepButton } from "./step-button.ts";
import type { Store } from "./store.ts";
import { tableHead } from "./table-head.ts";

/** The longest way through the build, step by step. */
export function criticalPanel(model: PageModel, store: Store): HTMLElement {
  const { data } = model;
  let start = 0;
  const rows = data.criticalPath.map((vertex) => {
    const from = start;
    start += data.vertices[vertex]?.ms ?? 0;
    return { vertex, from };
  });
  const body = element("tbody");
  const more = addPaged(body, rows, ({ vertex, from }) => {
    const { ms = 0, lines = [], provenance } = data.vertices[vertex] ?? {};
    const time = `${provenance === "estimated" ? "~" : ""}${timeText(ms)}`;
    return element(
      "tr",
      {},
      element("td", { class: "number" }, timeText(from)),
      element("td", { class: "number" }, time),
      element("td", {}, lineRuns(lines)),
      element("td", {}, stepButton(model, store, vertex)),
    );
  });
  const table = element("table", {}, tableHead(["Start", "Time", "Lines", "Step"]), body);
  return fold(`Critical path, ${timeText(data.span)}`, table, more);
}
