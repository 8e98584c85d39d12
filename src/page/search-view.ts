import type { PageData } from "../graph/page/page-data.ts";
import { element } from "./element.ts";
import type { PageModel } from "./model.ts";
import type { Store } from "./store.ts";

const mostShown = 20;

/** A field that finds steps by what they are called: what is found is marked, and listed to choose from. */
export function searchView(model: PageModel, store: Store): HTMLElement {
  let texts: readonly string[] | undefined;
  const field = element("input", {
    type: "search",
    id: "search",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "found",
    "aria-autocomplete": "list",
    autocomplete: "off",
    spellcheck: "false",
    placeholder: "Find a step",
  });
  const list = element("ul", { id: "found", role: "listbox", "aria-label": "Steps found" });
  const count = element("output", { for: "search", class: "count" });
  list.hidden = true;
  let found: readonly number[] = [];
  let active = -1;

  const activate = (index: number) => {
    active = index;
    for (const [at, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(at === index));
    const option = list.children[index];
    if (option === undefined) field.removeAttribute("aria-activedescendant");
    else {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }
  };
  const open = (isOpen: boolean) => {
    list.hidden = !isOpen;
    field.setAttribute("aria-expanded", String(isOpen));
  };
  const choose = (index: number) => {
    const vertex = found[index];
    if (vertex !== undefined) store.change({ selected: vertex });
    open(false);
  };
  const optionOf = (vertex: number, index: number) => {
    const option = element(
      "li",
      { id: `found-${index}`, class: "option", role: "option" },
      model.data.vertices[vertex]?.name ?? "",
    );
    // Before the field loses the focus, which closes the list.
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      choose(index);
    });
    return option;
  };
  const search = () => {
    const wanted = field.value.trim().toLowerCase();
    texts ??= searchedTexts(model.data);
    found = wanted === "" ? [] : texts.flatMap((text, number) => (text.includes(wanted) ? [number] : []));
    list.replaceChildren(...found.slice(0, mostShown).map(optionOf));
    count.textContent = wanted === "" ? "" : `${found.length} found`;
    open(found.length > 0);
    activate(found.length > 0 ? 0 : -1);
    store.change({ marked: new Set(found), markedBy: wanted === "" ? "" : "search" });
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => {
      open(found.length > 0);
      activate(Math.min(active + 1, list.children.length - 1));
    },
    ArrowUp: () => activate(Math.max(active - 1, 0)),
    Enter: () => choose(Math.max(0, active)),
    Escape: () => {
      field.value = "";
      search();
    },
  };
  field.addEventListener("input", search);
  field.addEventListener("blur", () => open(false));
  field.addEventListener("keydown", (event) => {
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (act === undefined) return;
    act();
    event.preventDefault();
  });
  return element(
    "div",
    { class: "search", role: "search" },
    element("label", { for: "search" }, "Search"),
    field,
    count,
    list,
  );
}

function searchedTexts({ vertices, groups }: PageData): readonly string[] {
  return vertices.map(({ name, digest, group }) => `${name} ${digest} ${groups[group]?.title ?? ""}`.toLowerCase());
}
