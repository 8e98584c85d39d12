import { timeText } from "../graph/analyses/time-text.ts";
import type { PageFinding } from "../graph/page/page-data.ts";
import { addPaged, button, element, fold } from "./element.ts";
import { type Store, toggleMark } from "./store.ts";

/** What would make the build faster; each finding marks the steps that it is about. */
export function findingsPanel(findings: readonly PageFinding[], filename: string, store: Store): HTMLElement {
  if (findings.length === 0)
    return fold("Findings", element("p", {}, "Nothing was found that would surely save time."));
  const list = element("ol", { class: "findings" });
  const more = addPaged(list, [...findings.entries()], ([index, finding]) =>
    findingItem(finding, filename, `finding-${index}`, store),
  );
  return fold(`Findings (${findings.length})`, list, more);
}

function findingItem(finding: PageFinding, filename: string, id: string, store: Store): HTMLElement {
  const { rule, reason, suggestion, saving, lines, vertices } = finding;
  const mark = button(rule, () => toggleMark(store, id, vertices), {
    "aria-pressed": "false",
    title: "Show the steps in the graph",
  });
  store.listen(({ markedBy }) => mark.setAttribute("aria-pressed", String(markedBy === id)));
  const estimated = saving.provenance === "estimated" ? " (estimated)" : "";
  const saves = `saves ${timeText(saving.ms)} of ${timeText(saving.before)} ${saving.when}${estimated}`;
  const place = lines.length === 0 ? filename : `${filename}, line${lines.length === 1 ? "" : "s"} ${lines.join(", ")}`;
  return element(
    "li",
    {},
    element("p", {}, mark, ` ${saves}`),
    element("p", {}, `${reason}.`),
    element("p", { class: "help-text" }, ...withFlags(suggestion)),
    element("p", { class: "place" }, place),
  );
}

/** Flags are long, and are to be broken at their end, not behind their hyphens. */
function withFlags(text: string): readonly (Node | string)[] {
  return text
    .split(/(--\w\S*)/)
    .map((part, index) => (index % 2 === 1 ? element("span", { class: "flag" }, part) : part));
}
