import type { Cancel, Clock } from "./clock.ts";

/** Time that stands still unless it is moved; callbacks wait until they are run. */
export class ManualClock implements Clock {
  ms = 0;
  readonly waits: number[] = [];
  #pending: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.ms;
  }

  soon(callback: () => void): Cancel {
    return this.later(callback, 0);
  }

  later(callback: () => void, ms: number): Cancel {
    this.waits.push(ms);
    const call = { at: this.ms + ms, callback };
    this.#pending.push(call);
    return () => {
      this.#pending = this.#pending.filter((other) => other !== call);
    };
  }

  /** Sets the time and runs what waits, as timers that are early or late. */
  runAt(ms: number): void {
    this.ms = ms;
    for (const { callback } of this.#pending.splice(0)) callback();
  }

  /** Lets time pass, and runs each callback when it is due. */
  pass(ms: number): void {
    const end = this.ms + ms;
    const next = () =>
      this.#pending.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
    for (let call = next(); call !== undefined; call = next()) {
      const due = call;
      this.#pending = this.#pending.filter((other) => other !== due);
      this.ms = due.at;
      due.callback();
    }
    this.ms = end;
  }
}
