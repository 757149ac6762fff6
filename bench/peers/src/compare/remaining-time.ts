/** The first steps say little: they count as if as much had gone as expected before. */
const trustSeconds = 20;

/**
 * How long is left, from what each step was expected to take and what the steps so far have taken.
 */
export class RemainingTime {
  readonly #now: () => number;
  readonly #startedMs: number;
  #expectedDone = 0;
  #expectedLeft: number;

  /**
   * @param expected seconds of all steps together
   * @param now milliseconds of a clock
   */
  constructor(expected: number, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#startedMs = now();
    this.#expectedLeft = expected;
  }

  /** A step that was expected to take `expected` seconds is done. */
  stepDone(expected: number): void {
    this.#expectedDone += expected;
    this.#expectedLeft -= expected;
  }

  /** A step that was expected to take `expected` seconds will not be done. */
  stepLeftOut(expected: number): void {
    this.#expectedLeft -= expected;
  }

  /** Seconds since the start. */
  get passed(): number {
    return (this.#now() - this.#startedMs) / 1000;
  }

  /** Seconds. */
  get left(): number {
    const pace = (this.passed + trustSeconds) / (this.#expectedDone + trustSeconds);
    return Math.max(0, this.#expectedLeft * pace);
  }
}

/** "3 min 20 s", "45 s". */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % 60} s`;
}
