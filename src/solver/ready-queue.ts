/** A binary heap: `pop` gives the item that comes first by `compare`, in logarithmic time. */
export class ReadyQueue<Item> {
  readonly #items: Item[] = [];
  readonly #compare: (a: Item, b: Item) => number;

  constructor(compare: (a: Item, b: Item) => number) {
    this.#compare = compare;
  }

  push(item: Item): void {
    const items = this.#items;
    let at = items.length;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = items[parentAt];
      if (parent === undefined || this.#compare(parent, item) <= 0) break;
      items[at] = parent;
      at = parentAt;
    }
    items[at] = item;
  }

  pop(): Item | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.#sink(last);
    return first;
  }

  /** Puts an item in place of the one that left the top. */
  #sink(item: Item): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      const childAt = this.#firstChild(at);
      const child = items[childAt];
      if (child === undefined || this.#compare(item, child) <= 0) break;
      items[at] = child;
      at = childAt;
    }
    items[at] = item;
  }

  #firstChild(at: number): number {
    const left = this.#items[2 * at + 1];
    const right = this.#items[2 * at + 2];
    return left !== undefined && right !== undefined && this.#compare(right, left) < 0 ? 2 * at + 2 : 2 * at + 1;
  }
}
