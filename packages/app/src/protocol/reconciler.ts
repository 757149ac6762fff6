import type { Clock } from "@windlass/core";

/** Brings a key to what is wanted of it. May fail; then it is not known what it is, and it is tried again. */
export type Apply = (key: string, isWanted: boolean) => Promise<void>;

/** After how long what has failed is tried again. */
const retryMs = 2_000;

/**
 * Keys that are wanted or not, and the slow way to make it so: one at a time, each only from what it is to
 * what is wanted in the end, however often that changes meanwhile.
 */
export class Reconciler {
  readonly #apply: Apply;
  readonly #report: (error: unknown, key: string) => void;
  readonly #clock: Clock;
  /** What is to be looked at. */
  readonly #wanted = new Map<string, boolean>();
  /** What is; keys that are not there are not wanted, and those that have failed are `undefined`. */
  readonly #actual = new Map<string, boolean | undefined>();
  /** What was wanted of keys that have failed, until they are tried again. */
  readonly #failed = new Map<string, boolean>();
  #working: string | undefined;
  #running: Promise<void> | undefined;

  constructor(apply: Apply, report: (error: unknown, key: string) => void, clock: Clock) {
    this.#apply = apply;
    this.#report = report;
    this.#clock = clock;
  }

  /** Whether nothing is and nothing is under way. */
  get isEmpty(): boolean {
    return this.#actual.size === 0 && this.#running === undefined;
  }

  want(key: string, isWanted: boolean): void {
    if (key !== this.#working && this.#is(key, isWanted)) this.#wanted.delete(key);
    else this.#wanted.set(key, isWanted);
    if (this.#wanted.size > 0) this.#running ??= this.#run();
  }

  /** Whether a key is what was wanted last. */
  isSettled(key: string, isWanted: boolean): boolean {
    return key !== this.#working && !this.#wanted.has(key) && this.#is(key, isWanted);
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  #is(key: string, isWanted: boolean): boolean {
    return this.#actual.has(key) ? this.#actual.get(key) === isWanted : !isWanted;
  }

  async #run(): Promise<void> {
    for (const [key, isWanted] of this.#wanted) {
      this.#wanted.delete(key);
      if (this.#is(key, isWanted)) continue;
      this.#working = key;
      // Async also where `apply` throws at once: `#running` is set when this returns.
      await this.#bring(key, isWanted);
      this.#working = undefined;
    }
    this.#running = undefined;
  }

  async #bring(key: string, isWanted: boolean): Promise<void> {
    try {
      await this.#apply(key, isWanted);
      if (isWanted) this.#actual.set(key, true);
      else this.#actual.delete(key);
    } catch (error) {
      this.#actual.set(key, undefined);
      this.#report(error, key);
      this.#retryLater(key, isWanted);
    }
  }

  /** What was wanted last counts, and unless it is so by then, or under way. */
  #retryLater(key: string, isWanted: boolean): void {
    const isWaiting = this.#failed.has(key);
    this.#failed.set(key, isWanted);
    if (isWaiting) return;
    this.#clock.after(retryMs, () => {
      const wanted = this.#failed.get(key) === true;
      this.#failed.delete(key);
      const isUnknown = this.#actual.has(key) && this.#actual.get(key) === undefined;
      if (isUnknown && key !== this.#working && !this.#wanted.has(key)) this.want(key, wanted);
    });
  }
}
