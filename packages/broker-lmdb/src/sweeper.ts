import type { Clock, Logger } from "@windlass/core";
import type { GroupCommit } from "./group-commit.ts";
import type { Operation } from "./operation.ts";
import type { Step } from "./topics/step.ts";
import { type Sweep, sweep } from "./topics/sweep.ts";

/** The same warning is not written more often. */
const warningIntervalMs = 60_000;

/** Everything a sweep needs. */
export interface SweeperOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly maxIdempotencyKeys: number;
  readonly sweepIntervalMs: number;
}

/** Removes what is over from the store, regularly, a limited part with each transaction. */
export class Sweeper implements Operation {
  /** It belongs to no topic; that one may have this name does no harm. */
  readonly topic = "";
  readonly bytes = 0;
  readonly #queue: GroupCommit;
  readonly #options: SweeperOptions;
  readonly #stop: () => void;
  #isWaiting = false;
  #isStopped = false;
  #last: Sweep | undefined;
  #warnedAtMs = Number.NEGATIVE_INFINITY;

  constructor(queue: GroupCommit, options: SweeperOptions) {
    this.#queue = queue;
    this.#options = options;
    this.#stop = options.clock.every(options.sweepIntervalMs, () => this.request());
  }

  /** Sweeps with the next transaction. */
  request(): void {
    if (this.#isWaiting || this.#isStopped) return;
    this.#isWaiting = true;
    this.#queue.add(this);
  }

  stop(): void {
    this.#isStopped = true;
    this.#stop();
  }

  apply(step: Step): void {
    this.#isWaiting = false;
    this.#last = sweep(step, this.#options.maxIdempotencyKeys);
  }

  succeed(): void {
    const { isUnfinished, evicted } = this.#last ?? { isUnfinished: false, evicted: 0 };
    if (evicted > 0) {
      const { maxIdempotencyKeys } = this.#options;
      const text = "too many idempotency keys: some are forgotten before their window is over";
      this.#warn({ evicted, maxIdempotencyKeys }, text);
    }
    if (isUnfinished) this.request();
  }

  fail(error: Error): void {
    this.#isWaiting = false;
    this.#warn({ err: error }, "what has expired could not be removed from the store");
  }

  #warn(fields: Readonly<Record<string, unknown>>, message: string): void {
    const nowMs = this.#options.clock.now();
    if (nowMs - this.#warnedAtMs < warningIntervalMs) return;
    this.#warnedAtMs = nowMs;
    this.#options.log.warn(fields, message);
  }
}
