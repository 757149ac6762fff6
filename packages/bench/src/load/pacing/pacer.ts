import { type Cancel, type Clock, SYSTEM_CLOCK } from "../clock.ts";

export interface PacerOptions {
  readonly ratePerSecond: number;
  /** `count` messages are due, the first at `firstDueAt`, the others `intervalMs` apart each. */
  readonly send: (count: number, firstDueAt: number, intervalMs: number) => void;
  readonly clock?: Clock;
}

/** Timers are good to a millisecond only; closer to the next message the clock is watched. */
const WATCH_WITHIN_MS = 2;

/**
 * Says when messages of a fixed rate are due: number k at start + k / rate. A late look at the
 * clock skips none of them.
 */
export class Pacer {
  readonly #intervalMs: number;
  readonly #send: PacerOptions["send"];
  readonly #clock: Clock;
  #startedAt = 0;
  #announced = 0;
  #isRunning = false;
  #lookedAt = 0;
  #sawNothing = false;
  #spunMs = 0;
  #disturbed = false;
  #cancel: Cancel = () => {};

  constructor({ ratePerSecond, send, clock = SYSTEM_CLOCK }: PacerOptions) {
    this.#intervalMs = 1_000 / ratePerSecond;
    this.#send = send;
    this.#clock = clock;
  }

  /** How long it did nothing but look at the clock since `restart`, in milliseconds. */
  get spunMs(): number {
    return this.#spunMs;
  }

  start(): void {
    this.#startedAt = this.#clock.now();
    this.#isRunning = true;
    this.#tick();
  }

  /** Counts `spunMs` from now on. */
  restart(): void {
    this.#spunMs = 0;
  }

  /** Announces what became due and then no more. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#announce(this.#clock.now());
    this.#isRunning = false;
    this.#cancel();
  }

  /** Other work was done in this turn of the event loop, so it was not only looking at the clock. */
  disturb(): void {
    this.#disturbed = true;
  }

  readonly #tick = (): void => {
    if (!this.#isRunning) return;
    const now = this.#clock.now();
    if (this.#sawNothing && !this.#disturbed) this.#spunMs += now - this.#lookedAt;
    this.#lookedAt = now;
    this.#disturbed = false;
    const hasAnnounced = this.#announce(now);
    if (!this.#isRunning) return;
    const waitMs = this.#startedAt + this.#announced * this.#intervalMs - now;
    this.#sawNothing = !hasAnnounced && waitMs < WATCH_WITHIN_MS;
    this.#cancel =
      waitMs < WATCH_WITHIN_MS
        ? this.#clock.soon(this.#tick)
        : this.#clock.later(this.#tick, Math.floor(waitMs) - 1);
  };

  #announce(now: number): boolean {
    const due = Math.floor((now - this.#startedAt) / this.#intervalMs) + 1;
    const count = due - this.#announced;
    if (count <= 0) return false;
    const firstDueAt = this.#startedAt + this.#announced * this.#intervalMs;
    this.#announced = due;
    this.#send(count, firstDueAt, this.#intervalMs);
    return true;
  }
}
