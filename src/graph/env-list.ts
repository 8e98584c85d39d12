/** What the expansion of words reads variables from. */
export interface EnvGetter {
  get(key: string): string | undefined;
  /** Names in the order in which they were last set, oldest first. */
  keys(): Iterable<string>;
}

/**
 * Environment variables as an immutable list: setting a variable again moves it to the end, as BuildKit does. Keys are
 * compared byte by byte. A list costs one node; its table is built when it is first read, on top of the table of the
 * nearest list before it, which gives its table away: a stage reads its newest list, hardly ever an older one.
 */
export class EnvList implements EnvGetter {
  static readonly empty: EnvList = new EnvList(undefined, "", undefined);

  readonly #parent: EnvList | undefined;
  readonly #key: string;
  /** Absent where the node deletes its key. */
  readonly #value: string | undefined;
  #line: string | undefined;
  /** The nodes that set the variables, by key, in order. */
  #table: Map<string, EnvList> | undefined;
  #lines: readonly string[] | undefined;

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
    const node = this.#nodes().get(key);
    return node === undefined ? undefined : node.#value;
  }

  has(key: string): boolean {
    return this.#nodes().has(key);
  }

  keys(): Iterable<string> {
    return this.#nodes().keys();
  }

  /** `KEY=value` for each variable, oldest first. */
  toArray(): readonly string[] {
    if (this.#lines === undefined) {
      const lines: string[] = [];
      for (const node of this.#nodes().values()) {
        node.#line ??= `${node.#key}=${node.#value}`;
        lines.push(node.#line);
      }
      this.#lines = lines;
    }
    return this.#lines;
  }

  #nodes(): ReadonlyMap<string, EnvList> {
    if (this.#table !== undefined) return this.#table;
    const pending: EnvList[] = [];
    let table: Map<string, EnvList> | undefined;
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

  #applyTo(table: Map<string, EnvList>): void {
    if (this.#parent === undefined) return;
    table.delete(this.#key);
    if (this.#value !== undefined) table.set(this.#key, this);
  }
}
