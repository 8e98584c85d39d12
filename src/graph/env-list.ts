/** What the expansion of words reads variables from. */
export interface EnvGetter {
  get(key: string): string | undefined;
  /** Names in the order in which they were last set, oldest first. */
  keys(): readonly string[];
}

/**
 * Environment variables as an immutable list: setting a variable again moves it to the end, as BuildKit does. Keys are
 * compared byte by byte. A list costs one node; the table of values is built when first read, on top of the table of
 * the nearest list before it, which gives its table away (a stage reads its newest list, hardly ever an older one).
 */
export class EnvList implements EnvGetter {
  static readonly empty: EnvList = new EnvList(undefined, "", undefined);

  readonly #parent: EnvList | undefined;
  readonly #key: string;
  /** Absent where the node deletes its key. */
  readonly #value: string | undefined;
  #table: Map<string, string> | undefined;
  #keys: readonly string[] | undefined;

  private constructor(parent: EnvList | undefined, key: string, value: string | undefined) {
    this.#parent = parent;
    this.#key = key;
    this.#value = value;
  }

  static of(entries: Iterable<readonly [string, string]>): EnvList {
    let list = EnvList.empty;
    for (const [key, value] of entries) list = list.set(key, value);
    return list;
  }

  set(key: string, value: string): EnvList {
    return new EnvList(this, key, value);
  }

  delete(key: string): EnvList {
    return new EnvList(this, key, undefined);
  }

  get(key: string): string | undefined {
    return this.#values().get(key);
  }

  has(key: string): boolean {
    return this.#values().has(key);
  }

  keys(): readonly string[] {
    this.#keys ??= [...this.#values().keys()];
    return this.#keys;
  }

  entries(): Iterable<readonly [string, string]> {
    return this.#values().entries();
  }

  /** `KEY=value` for each variable, oldest first. */
  toArray(): string[] {
    const lines: string[] = [];
    for (const [key, value] of this.#values()) lines.push(`${key}=${value}`);
    return lines;
  }

  #values(): ReadonlyMap<string, string> {
    if (this.#table !== undefined) return this.#table;
    const pending: EnvList[] = [];
    let table: Map<string, string> | undefined;
    for (let node: EnvList | undefined = this; node !== undefined && table === undefined; node = node.#parent) {
      table = node.#table;
      if (table === undefined) pending.push(node);
      else node.#table = undefined;
    }
    table ??= new Map();
    for (const node of pending.reverse()) node.#applyTo(table);
    this.#table = table;
    return table;
  }

  #applyTo(table: Map<string, string>): void {
    if (this.#parent === undefined) return;
    table.delete(this.#key);
    if (this.#value !== undefined) table.set(this.#key, this.#value);
  }
}
