import { setTimeout as wait } from "node:timers/promises";

/** What ends a run early, from wherever it comes: everything that is awaited then rejects. */
export class RunControl {
  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the run with this error. Only the first one counts. */
  fail(error: Error): void {
    this.#controller.abort(error);
  }

  /** The promise, or a rejection as soon as the run is ended. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this;
    signal.throwIfAborted();
    let onAbort: (() => void) | undefined;
    const ended = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener("abort", onAbort, { once: true });
    });
    try {
      return await Promise.race([promise, ended]);
    } finally {
      if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
    }
  }

  /** Waits; rejects as soon as the run is ended. */
  async pause(ms: number): Promise<void> {
    const { signal } = this;
    try {
      await wait(ms, undefined, { signal });
    } catch (error) {
      // An AbortError tells nothing; the reason does.
      throw signal.aborted ? signal.reason : error;
    }
  }

  /** Calls `work`; what it throws ends the run. For timers, which nobody awaits. */
  guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
