/** Calls of a worker's that are being answered, so that an end can wait for them. */
export class RunningCalls {
  readonly #running = new Set<Promise<void>>();

  /** The answer must not reject: whatever happens ends its call. */
  add(answer: Promise<void>): void {
    this.#running.add(answer);
    void answer.then(() => this.#running.delete(answer));
  }

  /** Resolves when none runs any more; never rejects. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }
}
