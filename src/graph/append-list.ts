/**
 * An immutable list to which one appends in constant time: lists that grew from one another share their storage, and
 * only the second list that grows from the same one copies it.
 */
export class AppendList<T> {
  readonly length: number;
  readonly #items: T[];

  private constructor(items: T[], length: number) {
    this.#items = items;
    this.length = length;
  }

  static of<T>(items: Iterable<T> = []): AppendList<T> {
    const own = [...items];
    return new AppendList(own, own.length);
  }

  append(item: T): AppendList<T> {
    const items = this.#items.length === this.length ? this.#items : this.#items.slice(0, this.length);
    items.push(item);
    return new AppendList(items, items.length);
  }

  appendAll(added: readonly T[]): AppendList<T> {
    const items = this.#items.length === this.length ? this.#items : this.#items.slice(0, this.length);
    for (const item of added) items.push(item);
    return new AppendList(items, items.length);
  }

  at(index: number): T | undefined {
    return index < this.length ? this.#items[index] : undefined;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.toArray().values();
  }

  toArray(): readonly T[] {
    return this.#items.length === this.length ? this.#items.slice() : this.#items.slice(0, this.length);
  }
}
