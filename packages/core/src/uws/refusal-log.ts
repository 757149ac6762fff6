import type { Clock } from "../contract/clock.ts";
import type { Refusal } from "../contract/guard.ts";
import type { LogFields, Logger } from "../contract/logger.ts";

/** How many refusals of one rule are logged. */
export interface RefusalLogLimits {
  /** Lines at once. */
  readonly burst: number;
  /** Lines per second after that. */
  readonly perSecond: number;
}

/** So many rules have a bucket of their own. */
const maxRules = 1_000;

interface Bucket {
  tokens: number;
  refilledAt: number;
  suppressed: number;
}

/**
 * One line for each refusal, naming the rule, the value seen and the value wanted. A flood of them
 * is cut per rule; the next line then says how many were left out.
 */
export class RefusalLog {
  readonly #log: Logger;
  readonly #limits: RefusalLogLimits;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(log: Logger, limits: RefusalLogLimits, clock: Clock) {
    this.#log = log;
    this.#limits = limits;
    this.#clock = clock;
  }

  refused(refusal: Refusal, fields: LogFields): void {
    this.#write(refusal, fields, "request refused");
  }

  /** A report-only guard would have refused. */
  reported(refusal: Refusal, fields: LogFields): void {
    this.#write(refusal, { ...fields, reportOnly: true }, "request would have been refused");
  }

  #write(refusal: Refusal, fields: LogFields, message: string): void {
    const bucket = this.#bucketOf(refusal.rule);
    if (bucket.tokens < 1) {
      bucket.suppressed += 1;
      return;
    }
    bucket.tokens -= 1;
    const { rule, seen, wanted, code, status } = refusal;
    const { suppressed } = bucket;
    bucket.suppressed = 0;
    this.#log.warn(
      { ...fields, rule, seen, wanted, code, status, ...(suppressed > 0 && { suppressed }) },
      message,
    );
  }

  #bucketOf(rule: string): Bucket {
    // Rules are few, unless a guard makes up names: those share one bucket.
    const isNew = !this.#buckets.has(rule);
    const name = isNew && this.#buckets.size >= maxRules ? "(other)" : rule;
    const now = this.#clock.now();
    const bucket = this.#buckets.get(name) ?? {
      tokens: this.#limits.burst,
      refilledAt: now,
      suppressed: 0,
    };
    this.#buckets.set(name, bucket);
    const refill = ((now - bucket.refilledAt) / 1000) * this.#limits.perSecond;
    bucket.tokens = Math.min(this.#limits.burst, bucket.tokens + refill);
    bucket.refilledAt = now;
    return bucket;
  }
}
