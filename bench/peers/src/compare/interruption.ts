import { BenchError } from "@windlass/bench";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Remembers that this process was asked to end, so that the comparison ends between two steps. */
export class Interruption {
  #signal: string | undefined;
  readonly #remember = (signal: string): void => {
    this.#signal = signal;
  };

  constructor() {
    // A second one of the same kind ends the process as it always does.
    for (const signal of signals) process.once(signal, this.#remember);
  }

  /** @throws BenchError once a signal has come */
  check(): void {
    if (this.#signal !== undefined) {
      throw new BenchError(`Interrupted by ${this.#signal}: no comparison.`);
    }
  }

  /** Takes the listeners away. */
  end(): void {
    for (const signal of signals) process.removeListener(signal, this.#remember);
  }
}
