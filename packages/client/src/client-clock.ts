/** Where time comes from: the `Clock` of `@windlass/core` fits, and so does its manual one for tests. */
export interface ClientClock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Calls `callback` once after `delayMs` milliseconds unless the returned function is called first. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Beyond it setTimeout() fires at once: 24.8 days. */
const maxDelayMs = 2 ** 31 - 1;

export const systemClock: ClientClock = {
  now: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, maxDelayMs));
    return () => clearTimeout(timer);
  },
};
