import type { Clock, LogFields, Logger } from "@windlass/core";

const pauseMs = 3_000;

/**
 * Warnings that may come for every topic or every publication at once: each is written at most every three
 * seconds, with how many were left out since.
 */
export class LimitedLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #last = new Map<string, { atMs: number; leftOut: number }>();

  /** @param log which must not throw */
  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** @param message one of a few: how often each was written is remembered */
  warn(fields: LogFields, message: string): void {
    const nowMs = this.#clock.now();
    const last = this.#last.get(message);
    if (last !== undefined && nowMs - last.atMs < pauseMs) {
      last.leftOut += 1;
      return;
    }
    this.#last.set(message, { atMs: nowMs, leftOut: 0 });
    const leftOut = last?.leftOut ?? 0;
    this.#log.warn(leftOut === 0 ? fields : { ...fields, leftOut }, message);
  }
}
