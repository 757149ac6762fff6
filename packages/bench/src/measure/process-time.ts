import { type ProcEntry, TICK_ERROR_SECONDS } from "./proc-files.ts";

/**
 * CPU time of one process, which never falls. Threads are counted in nanoseconds; what threads
 * used that ended between two looks is taken from the ticks of the process, which know of them.
 */
export class ProcessTime {
  readonly #threads = new Map<string, number>();
  #unseenSeconds = 0;
  #seconds = 0;
  #precise = false;

  /** In seconds, at the last `update`. */
  get seconds(): number {
    return this.#seconds;
  }

  /** Whether it is counted in nanoseconds; otherwise in ticks of 10 ms. */
  get precise(): boolean {
    return this.#precise;
  }

  update(entry: ProcEntry, threads: ReadonlyMap<string, number> | undefined): void {
    // The files of a process that is ending go away one by one.
    for (const [thread, nanoseconds] of threads ?? []) this.#threads.set(thread, nanoseconds);
    this.#precise = this.#threads.size > 0;
    if (!this.#precise) {
      this.#seconds = Math.max(this.#seconds, entry.tickSeconds);
      return;
    }
    let seen = 0;
    for (const nanoseconds of this.#threads.values()) seen += nanoseconds / 1e9;
    const missing = entry.tickSeconds - seen - this.#unseenSeconds;
    if (missing > TICK_ERROR_SECONDS) this.#unseenSeconds += missing;
    this.#seconds = Math.max(this.#seconds, seen + this.#unseenSeconds);
  }
}
