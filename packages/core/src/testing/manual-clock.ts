import type { Clock } from "../contract/clock.ts";

interface Timer {
  dueAtMs: number;
  /** Undefined: fires once. */
  readonly intervalMs: number | undefined;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number;
  /** In the order they were set, which decides between timers of the same moment. */
  readonly #timers = new Set<Timer>();

  /** @param startMs what `now()` answers at first, in milliseconds. Default: 0. */
  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** Timers that would still fire: 0 when everything under test has let go of the clock. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#nowMs;
  }

  every(intervalMs: number, callback: () => void): () => void {
    // As setInterval() does: an interval of 0 would never let the time pass.
    return this.#add(Math.max(intervalMs, 1), callback, Math.max(intervalMs, 1));
  }

  after(delayMs: number, callback: () => void): () => void {
    return this.#add(Math.max(delayMs, 0), callback);
  }

  /**
   * Lets `ms` milliseconds pass. Timers fire in the order of their time, each seeing its own time as
   * `now()`; also those that fire repeatedly and those that are set meanwhile. What a timer throws
   * comes out here.
   *
   * @throws RangeError when `ms` is negative or no number.
   */
  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError(`The clock cannot advance by ${ms} ms; wanted 0 or more.`);
    const untilMs = this.#nowMs + ms;
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      // A callback may have advanced the clock beyond this timer.
      this.#nowMs = Math.max(this.#nowMs, timer.dueAtMs);
      this.#timers.delete(timer);
      if (timer.intervalMs !== undefined) {
        timer.dueAtMs += timer.intervalMs;
        this.#timers.add(timer);
      }
      timer.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #add(delayMs: number, callback: () => void, intervalMs?: number): () => void {
    const timer: Timer = { dueAtMs: this.#nowMs + delayMs, intervalMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  #next(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAtMs <= untilMs && (next === undefined || timer.dueAtMs < next.dueAtMs)) {
        next = timer;
      }
    }
    return next;
  }
}
