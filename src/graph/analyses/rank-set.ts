/**
 * A set of numbers below `capacity` that gives its smallest one in next to no time: a tree of words of 32 bits, in which
 * a bit says whether there is anything below it.
 */
export class RankSet {
  /** The bits of the numbers first, those of the root last. */
  readonly #levels: readonly Int32Array[];

  constructor(capacity: number) {
    const levels: Int32Array[] = [];
    let words = Math.max(1, capacity);
    do {
      words = (words + 31) >>> 5;
      levels.push(new Int32Array(words));
    } while (words > 1);
    this.#levels = levels;
  }

  get isEmpty(): boolean {
    return this.#levels.at(-1)?.[0] === 0;
  }

  add(rank: number): void {
    let at = rank;
    for (const words of this.#levels) {
      const word = words[at >>> 5] ?? 0;
      words[at >>> 5] = word | (1 << (at & 31));
      if (word !== 0) return;
      at >>>= 5;
    }
  }

  clear(): void {
    for (const words of this.#levels) words.fill(0);
  }

  /** Takes the smallest number out; -1 if there is none. */
  takeFirst(): number {
    const levels = this.#levels;
    let at = 0;
    for (let level = levels.length - 1; level >= 0; level--) {
      const word = levels[level]?.[at] ?? 0;
      if (word === 0) return -1;
      at = (at << 5) | (31 - Math.clz32(word & -word));
    }
    this.#delete(at);
    return at;
  }

  #delete(rank: number): void {
    let at = rank;
    for (const words of this.#levels) {
      const word = (words[at >>> 5] ?? 0) & ~(1 << (at & 31));
      words[at >>> 5] = word;
      if (word !== 0) return;
      at >>>= 5;
    }
  }
}
