import type { ClientClock } from "./client-clock.ts";

/** One thing that is to happen later. */
export class Timer {
  readonly #clock: ClientClock;
  #cancel: (() => void) | undefined;

  constructor(clock: ClientClock) {
    this.#clock = clock;
  }

  /** Calls `callback` after `delayMs` milliseconds, in place of what was set before. */
  set(delayMs: number, callback: () => void): void {
    this.stop();
    this.#cancel = this.#clock.after(delayMs, callback);
  }

  stop(): void {
    this.#cancel?.();
  }
}
