/** Makes an element; its texts are texts, whatever they hold. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A button that does something. */
export function button(
  text: string,
  onClick: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}

/** A part of the page that can be folded away. */
export function fold(title: string, ...children: readonly Node[]): HTMLDetailsElement {
  return element("details", { open: "" }, element("summary", {}, element("h2", {}, title)), ...children);
}

/** Adds items to a list, so many at once, and more when they are asked for. */
export function addPaged<Item>(
  list: HTMLElement,
  items: readonly Item[],
  make: (item: Item) => Node,
  size = 100,
): Node {
  let shown = 0;
  const more = button("", () => addMore());
  const addMore = () => {
    list.append(...items.slice(shown, shown + size).map(make));
    shown = Math.min(items.length, shown + size);
    more.hidden = shown === items.length;
    more.textContent = `Show more (${items.length - shown} left)`;
  };
  addMore();
  return more;
}
