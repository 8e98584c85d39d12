import { timeText } from "../graph/analyses/time-text.ts";
import type { ColourScheme } from "./colours.ts";
import { element } from "./element.ts";
import type { PageModel } from "./model.ts";
import { searchView } from "./search-view.ts";
import type { Store } from "./store.ts";

/** The title, the figures of the build, and what the page as a whole is set to. */
export function headerView(model: PageModel, store: Store, scheme: ColourScheme): HTMLElement {
  const { data } = model;
  return element(
    "header",
    {},
    element(
      "div",
      {},
      element("h1", {}, `Build graph of ${data.title}`),
      element("p", { class: "figures" }, figures(model)),
    ),
    searchView(model, store),
    ...(data.platforms.length < 2 ? [] : [platformChoice(data.platforms, store)]),
    colourChoice(scheme),
  );
}

function figures({ data }: PageModel): string {
  const { vertices, platforms, work, span, enough, withoutEmulation } = data;
  const all = [
    `${vertices.length} step${vertices.length === 1 ? "" : "s"}`,
    platforms.join(", "),
    `work ${timeText(work)}`,
    `critical path ${timeText(span)}`,
    `${enough} worker${enough === 1 ? " is" : "s are"} enough`,
    ...(withoutEmulation === null ? [] : [`${timeText(withoutEmulation)} without emulation`]),
    ...(vertices.every(({ provenance }) => provenance === "estimated") ? ["all times are estimates"] : []),
  ];
  return all.filter((text) => text !== "").join(" · ");
}

function platformChoice(platforms: readonly string[], store: Store): HTMLElement {
  const choice = element(
    "select",
    { id: "platform" },
    element("option", { value: "" }, "all"),
    ...platforms.map((name, index) => element("option", { value: String(index) }, name)),
  );
  choice.addEventListener("change", () =>
    store.change({ platform: choice.value === "" ? undefined : Number(choice.value) }),
  );
  return element("div", {}, element("label", { for: "platform" }, "Platform"), choice);
}

function colourChoice(scheme: ColourScheme): HTMLElement {
  const choice = element(
    "select",
    { id: "colours" },
    element("option", { value: "light dark" }, "as the system"),
    element("option", { value: "light" }, "light"),
    element("option", { value: "dark" }, "dark"),
  );
  choice.addEventListener("change", () => {
    const { value } = choice;
    scheme.choose(value === "light" || value === "dark" ? value : "light dark");
  });
  return element("div", {}, element("label", { for: "colours" }, "Colours"), choice);
}
