import { NumberHeap } from "./number-heap.ts";
import { RankSet } from "./rank-set.ts";

/** The worker with the lowest number that is free does what comes next; what is asked for comes by start. */
export class Lanes {
  readonly #freeAt: Float64Array;
  readonly #busy: NumberHeap;
  readonly #free: RankSet;
  count = 0;

  constructor(most: number) {
    this.#freeAt = new Float64Array(most);
    this.#busy = new NumberHeap(most, this.#freeAt);
    this.#free = new RankSet(most);
  }

  take(start: number, end: number): number {
    while (this.#busy.top >= 0 && (this.#freeAt[this.#busy.top] ?? 0) <= start) this.#free.add(this.#busy.pop());
    const found = this.#free.takeFirst();
    const lane = found < 0 ? this.count++ : found;
    this.#freeAt[lane] = end;
    this.#busy.push(lane);
    return lane;
  }
}

/** What has starts and ends, in the order in which lanes are given to it. */
export function byStart(starts: Float64Array, ends: Float64Array): Int32Array {
  const order = Int32Array.from(starts, (_, index) => index);
  // What takes no time comes first: its worker does the next thing at the same moment.
  return order.sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || (ends[a] ?? 0) - (ends[b] ?? 0) || a - b);
}
