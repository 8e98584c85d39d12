import { button } from "./element.ts";
import type { PageModel } from "./model.ts";
import type { Store } from "./store.ts";

/** A button that selects a vertex. */
export function stepButton({ data }: PageModel, store: Store, vertex: number): HTMLButtonElement {
  return button(data.vertices[vertex]?.name ?? "", () => store.change({ selected: vertex }), { class: "link" });
}
