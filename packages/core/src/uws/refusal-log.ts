import type { Clock } from "../contract/clock.ts";
import type { Refusal } from "../contract/guard.ts";
import type { LogFields, Logger } from "../contract/logger.ts";
import { TokenBucket, type TokenRate } from "../contract/token-bucket.ts";

/** How many refusals of one rule are logged: lines at once, and lines per second after that. */
export type RefusalLogLimits = TokenRate;

/** So many rules have a bucket of their own. */
const maxRules = 1_000;

interface Rule {
  readonly bucket: TokenBucket;
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
  readonly #rules = new Map<string, Rule>();

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
    const now = this.#clock.now();
    const known = this.#ruleOf(refusal.rule, now);
    if (known.bucket.take(now) > 0) {
      known.suppressed += 1;
      return;
    }
    const { rule, seen, wanted, code, status } = refusal;
    const { suppressed } = known;
    known.suppressed = 0;
    this.#log.warn(
      { ...fields, rule, seen, wanted, code, status, ...(suppressed > 0 && { suppressed }) },
      message,
    );
  }

  #ruleOf(rule: string, now: number): Rule {
    // Rules are few, unless a guard makes up names: those share one bucket.
    const isNew = !this.#rules.has(rule);
    const name = isNew && this.#rules.size >= maxRules ? "(other)" : rule;
    const known = this.#rules.get(name);
    if (known !== undefined) return known;
    const added = { bucket: new TokenBucket(this.#limits, now), suppressed: 0 };
    this.#rules.set(name, added);
    return added;
  }
}
