import type { RandomDag } from "./random-dag.ts";

// What the analyses say, found out by trying everything: only for small graphs.

/** All ways from a first vertex to any, as lists of vertices. */
export function allWays({ inputs }: RandomDag): number[][] {
  const to: number[][][] = [];
  for (const [vertex, list] of inputs.entries()) {
    const before = list.flatMap((input) => to[input] ?? []);
    to.push((list.length === 0 ? [[]] : before).map((way) => [...way, vertex]));
  }
  return to.flat();
}

export function lengthOf(way: readonly number[], times: readonly number[]): number {
  return way.reduce((sum, vertex) => sum + (times[vertex] ?? 0), 0);
}

/** What is needed, directly or not, for each vertex. */
export function ancestors({ inputs }: RandomDag): Set<number>[] {
  const all: Set<number>[] = [];
  for (const list of inputs) all.push(new Set(list.flatMap((input) => [input, ...(all[input] ?? [])])));
  return all;
}

/** The size of a largest set of vertices of which none needs another, over all sets. */
export function largestAntichainSize(dag: RandomDag): number {
  const needed = ancestors(dag);
  const size = dag.inputs.length;
  let largest = 0;
  for (let set = 0; set < 1 << size; set++) {
    const members = Array.from({ length: size }, (_, vertex) => vertex).filter((vertex) => (set >> vertex) & 1);
    if (members.length > largest && members.every((a) => members.every((b) => needed[b]?.has(a) !== true))) {
      largest = members.length;
    }
  }
  return largest;
}

/** The makespan of the shortest schedule that there is, of any kind, for whole-number times above 0. */
export function shortestMakespan({ inputs, times }: RandomDag, workers: number): number {
  let shortest = Number.POSITIVE_INFINITY;
  const place = (ends: ReadonlyMap<number, number>, freeAt: readonly number[]) => {
    const latest = Math.max(0, ...ends.values());
    if (latest >= shortest) return;
    if (ends.size === inputs.length) {
      shortest = latest;
      return;
    }
    for (const [vertex, list] of inputs.entries()) {
      if (ends.has(vertex) || !list.every((input) => ends.has(input))) continue;
      const ready = Math.max(0, ...list.map((input) => ends.get(input) ?? 0));
      const [first = 0, ...others] = [...freeAt].sort((a, b) => a - b);
      const end = Math.max(ready, first) + (times[vertex] ?? 0);
      place(new Map([...ends, [vertex, end]]), [end, ...others]);
    }
  };
  place(
    new Map(),
    Array.from({ length: workers }, () => 0),
  );
  return shortest;
}

/** A list schedule, moment by moment: time goes by in steps of one. */
export function tickingSchedule({ inputs, times }: RandomDag, workers: number): number {
  const priorities = remaining(inputs, times);
  const ends = new Map<number, number>();
  const isDone = (vertex: number, now: number) => (ends.get(vertex) ?? Number.POSITIVE_INFINITY) <= now;
  for (let now = 0; ; now++) {
    for (;;) {
      const running = [...ends].filter(([, end]) => end > now).length;
      const ready = inputs
        .map((list, vertex) => ({ list, vertex }))
        .filter(({ list, vertex }) => !ends.has(vertex) && list.every((input) => isDone(input, now)))
        .sort((a, b) => (priorities[b.vertex] ?? 0) - (priorities[a.vertex] ?? 0) || a.vertex - b.vertex);
      const [first] = ready;
      if (first === undefined || running >= workers) break;
      ends.set(first.vertex, now + (times[first.vertex] ?? 0));
    }
    if (ends.size === inputs.length && [...ends.keys()].every((vertex) => isDone(vertex, now))) return now;
  }
}

function remaining(inputs: RandomDag["inputs"], times: readonly number[]): readonly number[] {
  const dependents = inputs.map((_, vertex) =>
    inputs.flatMap((list, reader) => (list.includes(vertex) ? [reader] : [])),
  );
  const ways: number[] = [];
  for (let vertex = inputs.length - 1; vertex >= 0; vertex--) {
    ways[vertex] = (times[vertex] ?? 0) + Math.max(0, ...(dependents[vertex] ?? []).map((reader) => ways[reader] ?? 0));
  }
  return ways;
}
