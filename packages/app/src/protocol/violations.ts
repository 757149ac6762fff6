/** Counts what a client does wrong within a window of time. */
export class Violations {
  #count = 0;
  #sinceMs = 0;

  /** Counts one more; whether that is too much. */
  add(nowMs: number, limit: { readonly max: number; readonly windowMs: number }): boolean {
    if (nowMs - this.#sinceMs > limit.windowMs) {
      this.#sinceMs = nowMs;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count >= limit.max;
  }
}
