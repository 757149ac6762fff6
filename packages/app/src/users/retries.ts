import { type Clock, type Logger, systemClock } from "@windlass/core";

type Work = () => Promise<unknown>;

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
/** So many are tried at once, so that a store that has just come back is not flooded. */
const batchSize = 100;
/** More than this does not wait; the oldest is given up. A node has 100,000 connections by default. */
const maxWaiting = 200_000;

/**
 * Does what has to be done in the end, such as leaving: what failed is repeated, with pauses that grow
 * up to 30 seconds, until it succeeds.
 */
export class Retries {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #waiting = new Set<Work>();
  #pauseMs = firstPauseMs;
  #stopTimer: (() => void) | undefined;
  #isClosed = false;

  constructor(log: Logger, clock: Clock = systemClock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** What has failed and is going to be repeated. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Begins now, before this returns. The work may be done more than once. */
  run(work: Work): void {
    work().catch((error: unknown) => {
      if (this.#isClosed) return;
      const message = "the store or the broker did not take something: trying again";
      if (this.#waiting.size === 0) this.#log.warn({ err: error }, message);
      this.#add(work);
      this.#wait();
    });
  }

  /** Gives up what waits. */
  close(): void {
    this.#isClosed = true;
    this.#waiting.clear();
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #add(work: Work): void {
    const [oldest] = this.#waiting;
    if (this.#waiting.size >= maxWaiting && oldest !== undefined) this.#waiting.delete(oldest);
    this.#waiting.add(work);
  }

  #wait(): void {
    this.#stopTimer ??= this.#clock.after(this.#pauseMs, () => void this.#again());
  }

  #batch(): readonly Work[] {
    const batch: Work[] = [];
    for (const work of this.#waiting) {
      batch.push(work);
      if (batch.length === batchSize) break;
    }
    return batch;
  }

  async #attempt(work: Work): Promise<boolean> {
    const hasSucceeded = await work().then(
      () => true,
      () => false,
    );
    // What fails again goes to the end, so that it does not keep the others waiting.
    const wasWaiting = this.#waiting.delete(work);
    if (!hasSucceeded && wasWaiting) this.#waiting.add(work);
    return hasSucceeded;
  }

  async #again(): Promise<void> {
    let hasFailed = false;
    while (!hasFailed && this.#waiting.size > 0) {
      const outcomes = await Promise.all(this.#batch().map((work) => this.#attempt(work)));
      hasFailed = outcomes.includes(false);
    }
    this.#stopTimer = undefined;
    this.#pauseMs = hasFailed ? Math.min(this.#pauseMs * 2, longestPauseMs) : firstPauseMs;
    if (hasFailed && !this.#isClosed) this.#wait();
  }
}
