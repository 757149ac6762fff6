import { Latencies } from "../../measure/latencies.ts";

/** Latencies recorded once and seen twice: since the last look, and in all. */
export class IntervalLatencies {
  readonly #interval = new Latencies();
  readonly #total = new Latencies();

  record(us: number): void {
    this.#interval.record(us);
  }

  reset(): void {
    this.#interval.reset();
    this.#total.reset();
  }

  /** What was recorded since the last call, encoded; undefined when nothing was. */
  takeInterval(): string | undefined {
    const encoded = this.#interval.encode();
    if (encoded === undefined) return undefined;
    this.#total.add(encoded);
    this.#interval.reset();
    return encoded;
  }

  /** All since `reset`, encoded; undefined when nothing was recorded. */
  encode(): string | undefined {
    this.takeInterval();
    return this.#total.encode();
  }
}
