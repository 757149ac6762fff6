/** When requests of a fixed rate are due: number k, counted from 0, at start + k / rate. */
export class DueTimes {
  readonly #ratePerMs: number;
  readonly #startMs: number;

  constructor(ratePerSecond: number, startMs: number) {
    this.#ratePerMs = ratePerSecond / 1_000;
    this.#startMs = startMs;
  }

  /** In milliseconds of the clock that the start was taken from. */
  dueAtMs(index: number): number {
    return this.#startMs + index / this.#ratePerMs;
  }

  /** How many have become due by then. */
  countAt(nowMs: number): number {
    if (nowMs < this.#startMs) return 0;
    return Math.floor((nowMs - this.#startMs) * this.#ratePerMs) + 1;
  }
}
