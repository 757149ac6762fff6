import type { Clock } from "@windlass/core";

/** Waits that can be ended early, all at once, so that no timer outlives who waits. */
export class Pauses {
  readonly #clock: Clock;
  readonly #ends = new Set<() => void>();
  #isEnded = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async wait(ms: number): Promise<void> {
    if (this.#isEnded) return;
    await new Promise<void>((resolve) => {
      const stopTimer = this.#clock.after(ms, () => end());
      const end = (): void => {
        stopTimer();
        this.#ends.delete(end);
        resolve();
      };
      this.#ends.add(end);
    });
  }

  /** Ends those under way, and those that come. */
  end(): void {
    this.#isEnded = true;
    for (const end of this.#ends) end();
  }
}
