import { type Clock, systemClock } from "../contract/clock.ts";
import { WindlassError } from "../contract/errors.ts";

interface Running {
  readonly expiresAt: number;
  readonly expire: () => void;
}

/**
 * Limits how long callbacks may run. All share one time-out, so they expire in the order they
 * started: one timer looks at the oldest, and a callback costs a set entry instead of a timer.
 */
export class Deadlines {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #running = new Set<Running>();
  #stopTimer: (() => void) | undefined;

  /** @param timeoutMs milliseconds a callback may take; 0 for ever. */
  constructor(timeoutMs: number, clock: Clock = systemClock) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /**
   * Settles as `work` does, or rejects with `ERR_CALLBACK_TIMEOUT` when it takes too long.
   *
   * @param what how the error begins: `"The onOpen"`
   */
  limit<T>(work: PromiseLike<T>, what: string): Promise<T> {
    if (this.#timeoutMs === 0) return Promise.resolve(work);
    return new Promise((resolve, reject) => {
      const running: Running = {
        expiresAt: this.#clock.now() + this.#timeoutMs,
        expire: () => {
          const details = { phase: what, timeoutMs: this.#timeoutMs };
          reject(new WindlassError("ERR_CALLBACK_TIMEOUT", details));
        },
      };
      this.#add(running);
      work.then(
        (value) => {
          this.#remove(running);
          resolve(value);
        },
        (error: unknown) => {
          this.#remove(running);
          reject(error);
        },
      );
    });
  }

  #add(running: Running): void {
    this.#running.add(running);
    // Coarse on purpose: a tenth late is nothing for a limit that only catches stuck callbacks.
    this.#stopTimer ??= this.#clock.every(Math.max(this.#timeoutMs / 10, 10), () => this.#sweep());
  }

  #remove(running: Running): void {
    this.#running.delete(running);
    if (this.#running.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #sweep(): void {
    const now = this.#clock.now();
    for (const running of this.#running) {
      if (running.expiresAt > now) return;
      this.#remove(running);
      running.expire();
    }
  }
}
