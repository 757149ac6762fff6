import type { Clock } from "@windlass/core";

/** One thing that is waited for. */
export interface Awaited {
  readonly bytes: number;
  readonly overdueAtMs: number;
}

/**
 * Watches over answers that come in the order of their questions: when the oldest is overdue, all are.
 * One timer for all of them.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #graceMs: number;
  readonly #onMissed: () => void;
  readonly #awaited = new Set<Awaited>();
  #bytes = 0;
  #overdue: Awaited | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(clock: Clock, timeoutMs: number, onMissed: () => void) {
    this.#clock = clock;
    this.#graceMs = Math.ceil(timeoutMs / 10);
    this.#timeoutMs = timeoutMs - this.#graceMs;
    this.#onMissed = onMissed;
  }

  get count(): number {
    return this.#awaited.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): Awaited {
    const awaited = { bytes, overdueAtMs: this.#clock.now() + this.#timeoutMs };
    this.#awaited.add(awaited);
    this.#bytes += bytes;
    if (this.#stopTimer === undefined) this.#wakeAfter(this.#timeoutMs);
    return awaited;
  }

  settle(awaited: Awaited): void {
    if (this.#awaited.delete(awaited)) this.#bytes -= awaited.bytes;
  }

  stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #wakeAfter(delayMs: number): void {
    this.#stopTimer = this.#clock.after(delayMs, () => this.#look());
  }

  #look(): void {
    this.#stopTimer = undefined;
    const [oldest] = this.#awaited;
    if (oldest === undefined) return;
    const leftMs = oldest.overdueAtMs - this.#clock.now();
    if (leftMs > 0) {
      this.#wakeAfter(leftMs);
    } else if (this.#overdue === oldest) {
      this.#onMissed();
    } else {
      // When this process was busy for long, the timer comes before the answer that has arrived meanwhile:
      // only what is overdue at a second look is missed.
      this.#overdue = oldest;
      this.#wakeAfter(this.#graceMs);
    }
  }
}
