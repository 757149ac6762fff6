/** Waits until none of some connections has anything outstanding, or for as long as it may take. */
export class Drain<Lane> {
  readonly done: Promise<void>;
  readonly #waiting: Set<Lane>;
  #finish: () => void = () => {};

  constructor(waiting: Iterable<Lane>, timeoutMs: number) {
    this.#waiting = new Set(waiting);
    this.done = new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#finish = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    if (this.#waiting.size === 0) this.#finish();
  }

  /** Nothing is awaited from this one any more. */
  settle(lane: Lane): void {
    if (this.#waiting.delete(lane) && this.#waiting.size === 0) this.#finish();
  }
}
