import type { HistoryQuery, PublishPolicy } from "@windlass/core";
import { checkNumber, invalid } from "./options.ts";

const yearMs = 31_536_000_000;
/** As long as the longest position. */
const maxPositionTtlMs = 100 * yearMs;

/**
 * What the store could not keep is refused before it waits.
 *
 * @throws WindlassError `ERR_OPTION_INVALID`
 */
export function checkPolicy({ history, idempotency }: PublishPolicy): void {
  if (history !== undefined) {
    checkNumber("history.size", history.size, 1, 1_000_000);
    checkNumber("history.ttlMs", history.ttlMs, 1, yearMs);
    const { ttlMs, positionTtlMs } = history;
    checkNumber("history.positionTtlMs", positionTtlMs, ttlMs, maxPositionTtlMs);
  }
  if (idempotency !== undefined) {
    checkNumber("idempotency.windowMs", idempotency.windowMs, 1, yearMs);
  }
}

/** @throws WindlassError `ERR_OPTION_INVALID` */
export function checkQuery({ since, limit, isReversed }: HistoryQuery): void {
  if (limit !== undefined) checkNumber("limit", limit, 1, Number.MAX_SAFE_INTEGER);
  if (since === undefined) return;
  if (isReversed === true) throw invalid("isReversed", "it cannot stand together with since");
  checkNumber("since.offset", since.offset, 0, Number.MAX_SAFE_INTEGER);
}
