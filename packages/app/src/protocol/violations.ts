/** Counts what a client does wrong within a window of time. */
export class Violations {
  #count = 0;
  #sinceMs = Number.NEGATIVE_INFINITY;

  /** Counts some more; whether that is too much. */
  add(
    count: number,
    nowMs: number,
    limit: { readonly max: number; readonly windowMs: number },
  ): boolean {
    if (nowMs - this.#sinceMs > limit.windowMs) {
      this.#sinceMs = nowMs;
      this.#count = 0;
    }
    this.#count += count;
    return this.#count >= limit.max;
  }
}
