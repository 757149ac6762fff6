import { type Clock, systemClock } from "@windlass/core";

/** The clock of the machine, which knows how many timers are set. */
export class CountingClock implements Clock {
  readonly #timers = new Set<object>();

  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return systemClock.now();
  }

  every(intervalMs: number, callback: () => void): () => void {
    const timer = {};
    this.#timers.add(timer);
    const stop = systemClock.every(intervalMs, callback);
    return () => {
      this.#timers.delete(timer);
      stop();
    };
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = {};
    this.#timers.add(timer);
    const stop = systemClock.after(delayMs, () => {
      this.#timers.delete(timer);
      callback();
    });
    return () => {
      this.#timers.delete(timer);
      stop();
    };
  }
}
