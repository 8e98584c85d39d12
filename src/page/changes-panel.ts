import { timeText } from "../graph/analyses/time-text.ts";
import type { PageChange, PageComparison } from "../graph/page/page-data.ts";
import { addPaged, button, element, fold } from "./element.ts";
import type { PageModel } from "./model.ts";
import { stepButton } from "./step-button.ts";
import { type Store, toggleMark } from "./store.ts";
import { tableHead } from "./table-head.ts";

/** What is different from another build. */
export function changesPanel(model: PageModel, store: Store, against: PageComparison): HTMLElement {
  const { data } = model;
  const { title, changes, unchanged } = against;
  const touched = changes.flatMap(({ vertex, kind }) => (vertex === null || kind === "same" ? [] : [vertex]));
  const mark = button("Show in the graph", () => toggleMark(store, "changes", touched), { "aria-pressed": "false" });
  mark.disabled = touched.length === 0;
  store.listen(({ markedBy }) => mark.setAttribute("aria-pressed", String(markedBy === "changes")));
  const body = element("tbody");
  const more = addPaged(body, changes, (change) => changeRow(change, model, store));
  const table = element("table", {}, tableHead(["What", "Before", "Now", "Step"]), body);
  const way = `Critical path ${timeText(against.span)} before, ${timeText(data.span)} now; work ${timeText(against.work)} before, ${timeText(data.work)} now.`;
  const counts = `${count(unchanged, "step")} unchanged, ${(["added", "rebased", "removed"] as const)
    .map((kind) => `${changes.filter((change) => change.kind === kind).length} ${wordFor(kind)}`)
    .join(", ")}.`;
  return fold(
    `Against ${title}`,
    element("p", {}, way),
    element("p", {}, counts),
    element("p", {}, mark),
    ...(changes.length === 0 ? [] : [table]),
    more,
  );
}

function changeRow({ kind, vertex, name, before, after }: PageChange, model: PageModel, store: Store): HTMLElement {
  const time = (ms: number | null) => element("td", { class: "number" }, ms === null ? "–" : timeText(ms));
  const step = vertex === null ? name : stepButton(model, store, vertex);
  return element(
    "tr",
    { class: kind },
    element("td", { class: "word" }, wordFor(kind)),
    time(before),
    time(after),
    element("td", {}, step),
  );
}

function wordFor(kind: PageChange["kind"]): string {
  switch (kind) {
    case "same":
      return "other time";
    case "rebased":
      return "other input";
    case "added":
      return "added";
    case "removed":
      return "removed";
  }
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
