import { type Clock, type LogFields, type Logger, toError } from "@windlass/core";
import { LimitedLog } from "./limited-log.ts";
import { PushError } from "./push-errors.ts";
import { toPushError } from "./run-operation.ts";

/** Statuses of requests that were not allowed. Other wrong ones are between the sender and us. */
const refusals: ReadonlySet<number> = new Set([401, 403, 409, 429]);

/** Makes answers of what goes wrong, counts it, and logs it where somebody should know. */
export class Failures {
  readonly #log: LimitedLog;
  readonly #counts: { failedAuthentications: number };

  constructor(log: Logger, clock: Clock, counts: { failedAuthentications: number }) {
    this.#log = new LimitedLog(log, clock);
    this.#counts = counts;
  }

  /** The answer to who asked. Neither secrets, signatures nor bodies reach the log. */
  answer(thrown: unknown, fields: LogFields): PushError {
    const error = toPushError(thrown) ?? new PushError("ERR_INTERNAL", { cause: thrown });
    const { code, status, cause } = error;
    if (status === 401 || status === 409) this.#counts.failedAuthentications += 1;
    if (refusals.has(status)) {
      this.#log.warn(code, { ...fields, ...error.logged, status }, "push request refused");
    } else if (status >= 500) {
      this.#log.error(code, { ...fields, err: toError(cause), status }, "push request failed");
    }
    return error;
  }
}
