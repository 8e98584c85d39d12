/**
 * Runs work that several callers ask for at the same time once. Each caller's signal ends that caller's wait alone;
 * the work itself is ended when nobody waits for it any more. Nothing is kept once it is done.
 */
export class SharedWork<T> {
  readonly #running = new Map<string, Shared<T>>();

  /** Rejects as the work does, or with the reason of the caller's signal. */
  async run(key: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal?.throwIfAborted();
    const running = this.#running.get(key) ?? this.#start(key, work);
    running.waiting++;
    try {
      return await untilAborted(running.result, signal);
    } finally {
      running.waiting--;
      if (running.waiting === 0) {
        // Who asks from now on must not join work that is being ended.
        if (this.#running.get(key) === running) this.#running.delete(key);
        running.stop.abort(signal?.reason);
      }
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Shared<T> {
    const stop = new AbortController();
    const result = work(stop.signal);
    const running: Shared<T> = { result, stop, waiting: 0 };
    this.#running.set(key, running);
    const finish = () => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    result.then(finish, finish);
    return running;
  }
}

interface Shared<T> {
  readonly result: Promise<T>;
  readonly stop: AbortController;
  waiting: number;
}

function untilAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    const finish = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop, { once: true });
    result.then(resolve, reject).finally(finish);
  });
}
