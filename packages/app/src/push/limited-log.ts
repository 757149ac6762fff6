import { type Clock, type LogFields, type Logger, TokenBucket } from "@windlass/core";

/** Lines of one code: so many at once, then one per second. */
const budget = { perSecond: 1, burst: 10 };

interface Code {
  readonly bucket: TokenBucket;
  suppressed: number;
}

/** A log in which a flood of one code is cut; the next line of the code says how many were left out. */
export class LimitedLog {
  readonly #log: Logger;
  readonly #clock: Clock;
  /** By codes of the push API, which are few. */
  readonly #codes = new Map<string, Code>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  warn(code: string, fields: LogFields, message: string): void {
    this.#write("warn", code, fields, message);
  }

  error(code: string, fields: LogFields, message: string): void {
    this.#write("error", code, fields, message);
  }

  #write(level: "warn" | "error", name: string, fields: LogFields, message: string): void {
    const nowMs = this.#clock.now();
    const code = this.#codes.get(name) ?? { bucket: new TokenBucket(budget, nowMs), suppressed: 0 };
    this.#codes.set(name, code);
    if (code.bucket.take(nowMs) > 0) {
      code.suppressed += 1;
      return;
    }
    const { suppressed } = code;
    code.suppressed = 0;
    this.#log[level]({ ...fields, code: name, ...(suppressed > 0 && { suppressed }) }, message);
  }
}
