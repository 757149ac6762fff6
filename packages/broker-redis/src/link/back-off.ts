const firstDelayMs = 100;

/**
 * How long to wait before the next attempt: a random part of a time that doubles, so that nodes that
 * were cut off together do not come back together.
 */
export class BackOff {
  readonly #maxDelayMs: number;
  readonly #random: () => number;
  #attempts = 0;

  constructor(maxDelayMs: number, random: () => number = Math.random) {
    this.#maxDelayMs = maxDelayMs;
    this.#random = random;
  }

  nextDelayMs(): number {
    const ceilingMs = Math.min(this.#maxDelayMs, firstDelayMs * 2 ** this.#attempts);
    // Beyond this the ceiling cannot grow, while the power would become infinite.
    this.#attempts = Math.min(this.#attempts + 1, 30);
    return this.#random() * ceilingMs;
  }

  reset(): void {
    this.#attempts = 0;
  }
}
