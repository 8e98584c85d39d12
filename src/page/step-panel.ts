import { timeText } from "../graph/analyses/time-text.ts";
import type { PageRunVertex, PageVertex } from "../graph/page/page-data.ts";
import { addPaged, element } from "./element.ts";
import type { PageModel } from "./model.ts";
import { stepButton } from "./step-button.ts";
import type { Store } from "./store.ts";

/** All that is known of the vertex that is selected. */
export function stepPanel(model: PageModel, store: Store): HTMLElement {
  const title = element("h2", { id: "step-title", tabindex: "-1" });
  const body = element("div");
  store.listen(({ selected }, before) => {
    if (selected === before.selected && title.textContent !== "") return;
    const vertex = selected === undefined ? undefined : model.data.vertices[selected];
    title.textContent = vertex === undefined ? "Step" : vertex.name;
    body.replaceChildren(
      ...(vertex === undefined || selected === undefined
        ? [element("p", {}, "Choose a step in the graph, in the schedule or by a search.")]
        : details(model, store, selected, vertex)),
    );
  });
  return element("section", { class: "step", "aria-labelledby": "step-title" }, title, body);
}

function details(model: PageModel, store: Store, number: number, vertex: PageVertex): readonly Node[] {
  const { data, critical, runs } = model;
  const run = runs.get(number);
  const facts: readonly (readonly [string, string])[] = [
    ["Part of", data.groups[vertex.group]?.title ?? ""],
    ["Platforms", vertex.platforms.map((platform) => data.platforms[platform] ?? "").join(", ")],
    ["Time", timeOf(vertex)],
    ...(vertex.emulation > 1 ? [["Emulated", `about ${vertex.emulation} times slower`] as const] : []),
    [
      "Slack",
      critical.has(number) ? "none: on the critical path" : vertex.slack === 0 ? "none" : timeText(vertex.slack),
    ],
    ...(run === undefined ? [] : runFacts(run)),
    ["Digest", vertex.digest],
  ];
  return [
    ...sourceOf(data.filename, data.source, vertex.lines),
    element("dl", {}, ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)])),
    ...steps("Needs", vertex.inputs, model, store),
    ...steps("Needed by", model.dependents[number] ?? [], model, store),
    ...logOf(run),
  ];
}

function timeOf({ ms, provenance, basis }: PageVertex): string {
  if (provenance === "estimated") return `~${timeText(ms)}, an estimate by its kind`;
  switch (basis) {
    case "vertex":
      return `${timeText(ms)}, measured`;
    case "step":
    case "instruction":
    case "kind":
      return `${timeText(ms)}, measured for the same ${basis} in another build`;
  }
}

function runFacts({ state, runs, bytes, exitCode }: PageRunVertex): readonly (readonly [string, string])[] {
  const spent = runs.reduce((sum, { start, end }) => sum + end - start, 0);
  const [first] = runs;
  return [
    ["In the run", state],
    ...(first === undefined ? [] : [["Ran", `for ${timeText(spent)}, from ${timeText(first.start)} on`] as const]),
    ...(bytes === 0 ? [] : [["Transferred", `${(bytes / 1e6).toFixed(1)} MB`] as const]),
    ...(exitCode === null ? [] : [["Exit code", String(exitCode)] as const]),
  ];
}

function sourceOf(filename: string, source: readonly string[], lines: readonly number[]): readonly Node[] {
  const known = lines.filter((line) => source[line - 1] !== undefined);
  if (known.length === 0) return [];
  const text = known.map((line) => `${String(line).padStart(4)} │ ${source[line - 1]}`).join("\n");
  return [element("pre", { class: "source", tabindex: "0", "aria-label": `Lines of ${filename}` }, text)];
}

function steps(title: string, vertices: readonly number[], model: PageModel, store: Store): readonly Node[] {
  if (vertices.length === 0) return [];
  const list = element("ul", { class: "steps", "aria-label": title });
  const more = addPaged(list, vertices, (vertex) => element("li", {}, stepButton(model, store, vertex)), 20);
  return [element("h3", {}, title), list, more];
}

function logOf(run: PageRunVertex | undefined): readonly Node[] {
  if (run === undefined || run.log.length === 0) return [];
  return [
    element("h3", {}, "End of its log"),
    element("pre", { class: "log", tabindex: "0", "aria-label": "End of the log" }, run.log.join("\n")),
  ];
}
