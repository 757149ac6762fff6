/** Where time comes from; `performance` and timers of Node.js, or a test's. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Calls back as soon as sockets have been looked after. */
  soon(callback: () => void): Cancel;
  /** Calls back in about `ms`, 1 or more. */
  later(callback: () => void, ms: number): Cancel;
}

/** Takes a call back. */
export type Cancel = () => void;

export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  soon: (callback) => {
    const immediate = setImmediate(callback);
    return () => clearImmediate(immediate);
  },
  later: (callback, ms) => {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
