import { element } from "./element.ts";

export function tableHead(names: readonly string[]): HTMLElement {
  return element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name))));
}
