import { setMaxListeners } from "node:events";
import pLimit from "p-limit";
import { ReadyQueue } from "./ready-queue.ts";

/** A vertex as the scheduler sees it. */
export interface Node {
  /** What must be done before it. */
  readonly inputs: readonly string[];
  /** It has to be run, in a slot. Other vertices only connect: they are done as soon as their inputs are. */
  readonly isStep: boolean;
}

/** An acyclic graph by vertex name, in an order in which inputs come before those that need them. */
export type StepGraph = ReadonlyMap<string, Node>;

/**
 * Runs every step of a graph once, after the steps that it goes back to and never more than `limit` at once. Of those
 * that are ready, the one with the longest way still before it goes first; then the one that stands earlier.
 *
 * A slot is only ever held by a step that can run: the ready set is ours, and the limiter is handed a step when one of
 * its slots is free. As long as enough steps are ready, exactly `limit` of them run.
 *
 * When a step fails, or `signal` aborts, the signal that the running steps were given aborts and nothing new starts;
 * the promise rejects, with the first error or the signal's reason, when the last of them has settled.
 */
export async function runSteps(
  graph: StepGraph,
  limit: number,
  run: (step: string, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  await runFrom(graph, limit, run, signal, undefined);
}

/** What came of steps where the others go on when one fails. */
export interface KeptGoing {
  /** By step, in the order in which they failed. */
  readonly failed: ReadonlyMap<string, unknown>;
  /** Those that ran to their end; the others wait for one that failed. */
  readonly done: ReadonlySet<string>;
}

/**
 * Runs steps as `runSteps` does, but when one fails, all that do not go back to it still run. Only an abort of `signal`
 * rejects.
 */
export async function runAllSteps(
  graph: StepGraph,
  limit: number,
  run: (step: string, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<KeptGoing> {
  const kept = { failed: new Map<string, unknown>(), done: new Set<string>() };
  await runFrom(graph, limit, run, signal, kept);
  return kept;
}

interface Keeping {
  readonly failed: Map<string, unknown>;
  readonly done: Set<string>;
}

async function runFrom(
  graph: StepGraph,
  limit: number,
  run: (step: string, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  kept: Keeping | undefined,
): Promise<void> {
  signal.throwIfAborted();
  const stop = new AbortController();
  // Every running step may listen: that is no leak.
  setMaxListeners(0, stop.signal);
  const onAbort = () => stop.abort(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    await drain(new ReadySet(graph), limit, run, stop, kept);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  // Also after an abort that came while the last step ended well: whoever asked to stop is not told of success.
  stop.signal.throwIfAborted();
}

/**
 * Keeps the slots filled until there is nothing left to run; whatever goes wrong ends up as the reason of `stop`, or in
 * `kept`, when what needs the step is never ready.
 */
function drain(
  ready: ReadySet,
  limit: number,
  run: (step: string, signal: AbortSignal) => Promise<void>,
  stop: AbortController,
  kept: Keeping | undefined,
): Promise<void> {
  const slots = pLimit(limit);
  let running = 0;
  return new Promise((resolve) => {
    const fill = () => {
      while (running < limit && !stop.signal.aborted) {
        const step = ready.take();
        if (step === undefined) break;
        running++;
        slots(() => run(step, stop.signal)).then(
          () => {
            kept?.done.add(step);
            ready.done(step);
            leave();
          },
          (error: unknown) => {
            if (kept === undefined) stop.abort(error);
            else kept.failed.set(step, error);
            leave();
          },
        );
      }
      if (running === 0) resolve();
    };
    const leave = () => {
      running--;
      fill();
    };
    fill();
  });
}

/** The steps that could run now, in the order in which they should. */
class ReadySet {
  readonly #graph: StepGraph;
  readonly #missing: Map<string, number>;
  readonly #dependents: Map<string, string[]>;
  readonly #ready: ReadyQueue<string>;

  constructor(graph: StepGraph) {
    this.#graph = graph;
    this.#dependents = new Map([...graph.keys()].map((name) => [name, []]));
    for (const [name, { inputs }] of graph) for (const input of inputs) this.#dependents.get(input)?.push(name);
    this.#missing = new Map([...graph].map(([name, { inputs }]) => [name, inputs.length]));

    const remaining = remainingPaths(graph);
    const place = new Map([...graph.keys()].map((name, index) => [name, index]));
    this.#ready = new ReadyQueue((a, b) => {
      const longer = (remaining.get(b) ?? 0) - (remaining.get(a) ?? 0);
      return longer !== 0 ? longer : (place.get(a) ?? 0) - (place.get(b) ?? 0);
    });
    for (const [name, { inputs }] of graph) if (inputs.length === 0) this.#reached(name);
  }

  take(): string | undefined {
    return this.#ready.pop();
  }

  /** Goes on through vertices that only connect, without recursion: their chains can be as long as a Dockerfile. */
  done(name: string): void {
    const ended = [name];
    for (let next = ended.pop(); next !== undefined; next = ended.pop()) {
      for (const dependent of this.#dependents.get(next) ?? []) {
        const missing = (this.#missing.get(dependent) ?? 0) - 1;
        this.#missing.set(dependent, missing);
        if (missing > 0) continue;
        if (this.#graph.get(dependent)?.isStep === true) this.#ready.push(dependent);
        else ended.push(dependent);
      }
    }
  }

  #reached(name: string): void {
    if (this.#graph.get(name)?.isStep === true) this.#ready.push(name);
    else this.done(name);
  }
}

/** The number of steps on the longest way from each vertex on, itself included, through those that need it. */
export function remainingPaths(graph: StepGraph): Map<string, number> {
  const remaining = new Map<string, number>();
  for (const [name, { inputs, isStep }] of [...graph].reverse()) {
    const length = (remaining.get(name) ?? 0) + (isStep ? 1 : 0);
    remaining.set(name, length);
    for (const input of inputs) {
      if ((remaining.get(input) ?? 0) < length) remaining.set(input, length);
    }
  }
  return remaining;
}
