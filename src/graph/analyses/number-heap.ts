/** A binary heap of numbered things, the one with the smallest key on top; of equal keys, the smallest number. */
export class NumberHeap {
  readonly #keys: Float64Array;
  readonly #items: Int32Array;
  #size = 0;

  /** Holds things numbered up to `capacity`, each at most once, by its place in `keys`. */
  constructor(capacity: number, keys: Float64Array) {
    this.#keys = keys;
    this.#items = new Int32Array(capacity);
  }

  /** -1 when there is none. */
  get top(): number {
    return this.#size === 0 ? -1 : (this.#items[0] ?? -1);
  }

  clear(): void {
    this.#size = 0;
  }

  push(item: number): void {
    const items = this.#items;
    let at = this.#size++;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = items[parentAt] ?? 0;
      if (this.#isBefore(parent, item)) break;
      items[at] = parent;
      at = parentAt;
    }
    items[at] = item;
  }

  /** Takes the top away; there must be one. */
  pop(): number {
    const items = this.#items;
    const first = items[0] ?? -1;
    const size = --this.#size;
    const moved = items[size] ?? -1;
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= size) break;
      if (childAt + 1 < size && this.#isBefore(items[childAt + 1] ?? 0, items[childAt] ?? 0)) childAt++;
      const child = items[childAt] ?? 0;
      if (this.#isBefore(moved, child)) break;
      items[at] = child;
      at = childAt;
    }
    if (size > 0) items[at] = moved;
    return first;
  }

  #isBefore(a: number, b: number): boolean {
    const left = this.#keys[a] ?? 0;
    const right = this.#keys[b] ?? 0;
    return left < right || (left === right && a < b);
  }
}
