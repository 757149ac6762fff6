import type { PacerClock } from "./pacer.ts";

/** Time that stands still unless it is moved; callbacks wait until they are run. */
export class ManualClock implements PacerClock {
  ms = 0;
  readonly waits: number[] = [];
  #callback: (() => void) | undefined;

  now(): number {
    return this.ms;
  }

  soon(callback: () => void): void {
    this.later(callback, 0);
  }

  later(callback: () => void, ms: number): void {
    this.waits.push(ms);
    this.#callback = callback;
  }

  runAt(ms: number): void {
    this.ms = ms;
    this.#callback?.();
  }
}
