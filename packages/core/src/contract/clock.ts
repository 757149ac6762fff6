/**
 * Where time comes from. Production uses {@link systemClock}; tests pass the manual clock of
 * `@windlass/core/testing` and move it by hand, so no test waits for real time.
 */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /**
   * Calls `callback` every `intervalMs` milliseconds until the returned function is called. The
   * timer never keeps the process alive.
   */
  every(intervalMs: number, callback: () => void): () => void;
  /** Calls `callback` once after `delayMs` milliseconds unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void;
}

/** The clock of the machine: `performance.now()` and unreferenced timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  every(intervalMs, callback) {
    const timer = setInterval(callback, intervalMs).unref();
    return () => clearInterval(timer);
  },
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};
