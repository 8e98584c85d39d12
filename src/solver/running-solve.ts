import type { SolveEvent } from "./events.ts";
import type { SolveResult } from "./solve-options.ts";

/** A build under way: a promise of its result, with its events. */
export interface RunningSolve extends Promise<SolveResult> {
  /**
   * The events from now on, until the build has ended, well or not: how it ended is in the promise. A reader that lags
   * behind slows down what the worker tells, and not the build; one that leaves its loop hears no more. Several may read.
   */
  readonly events: AsyncIterable<SolveEvent>;
}

/** Takes an event in; what it returns is waited for before the next. */
export type EventSink = (event: SolveEvent) => Promise<void> | void;

/** So many events, or so many bytes of logs, wait for one reader; then the worker's messages do. */
const buffered = { events: 1024, bytes: 8 << 20 };

/** Starts a build whose events can be iterated over. */
export function startSolve(run: (tell: EventSink) => Promise<SolveResult>): RunningSolve {
  const readers = new Set<EventReader>();
  const result = run((event) => {
    const pauses = [...readers].flatMap((reader) => reader.push(event) ?? []);
    return pauses.length === 0 ? undefined : Promise.all(pauses).then(() => {});
  });
  let hasEnded = false;
  const end = () => {
    hasEnded = true;
    for (const reader of readers) reader.end();
  };
  result.then(end, end);
  const events: AsyncIterable<SolveEvent> = {
    [Symbol.asyncIterator]() {
      const reader = new EventReader(() => readers.delete(reader));
      readers.add(reader);
      if (hasEnded) reader.end();
      return reader;
    },
  };
  return Object.assign(result, { events });
}

/** One loop over events, which come faster or slower than it reads. */
class EventReader implements AsyncIterator<SolveEvent> {
  readonly #queue: SolveEvent[] = [];
  readonly #leave: () => void;
  #bytes = 0;
  #isOver = false;
  #waiting: (() => void)[] = [];
  #paused: (() => void)[] = [];

  constructor(leave: () => void) {
    this.#leave = leave;
  }

  /** Resolves when there is room again; nothing where there still is. */
  push(event: SolveEvent): Promise<void> | undefined {
    this.#queue.push(event);
    this.#bytes += weightOf(event);
    this.#wake();
    if (this.#queue.length < buffered.events && this.#bytes < buffered.bytes) return undefined;
    return new Promise((resolve) => this.#paused.push(resolve));
  }

  end(): void {
    this.#isOver = true;
    this.#leave();
    this.#wake();
    this.#resume();
  }

  async next(): Promise<IteratorResult<SolveEvent, undefined>> {
    for (;;) {
      const event = this.#queue.shift();
      this.#bytes -= event === undefined ? 0 : weightOf(event);
      if (this.#queue.length < buffered.events / 2 && this.#bytes < buffered.bytes / 2) this.#resume();
      if (event !== undefined) return { done: false, value: event };
      if (this.#isOver) return { done: true, value: undefined };
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async return(): Promise<IteratorResult<SolveEvent, undefined>> {
    this.#queue.length = 0;
    this.end();
    return { done: true, value: undefined };
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #resume(): void {
    const paused = this.#paused;
    this.#paused = [];
    for (const resolve of paused) resolve();
  }
}

function weightOf(event: SolveEvent): number {
  return event.kind === "log" ? event.data.length : 0;
}
