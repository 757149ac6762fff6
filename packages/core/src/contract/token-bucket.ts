/** How much may be taken. */
export interface TokenRate {
  readonly perSecond: number;
  /** At once after a pause, at least 1. */
  readonly burst: number;
}

/** Something that may be done so often. */
export class TokenBucket {
  readonly #rate: TokenRate;
  #tokens: number;
  #updatedMs: number;

  /** @param nowMs as in {@link take}; never goes back. */
  constructor(rate: TokenRate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#updatedMs = nowMs;
  }

  /** Takes one and answers 0; or takes nothing, and answers the milliseconds until there is one. */
  take(nowMs: number): number {
    const { perSecond, burst } = this.#rate;
    const refill = ((nowMs - this.#updatedMs) / 1000) * perSecond;
    this.#tokens = Math.min(burst, this.#tokens + refill);
    this.#updatedMs = nowMs;
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) / perSecond) * 1000);
    this.#tokens -= 1;
    return 0;
  }
}
