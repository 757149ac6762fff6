import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@windlass/core";

/** What each part has for closing at least, also when connections have taken all the time. */
const minClosingMs = 500;

/**
 * Closes one part after the other. None that fails, or that takes too long, keeps the others from it.
 *
 * @param deadline by `performance.now()`
 */
export async function closeParts(
  parts: Readonly<Record<string, () => Promise<void>>>,
  deadline: number,
  log: Logger,
): Promise<void> {
  for (const [part, close] of Object.entries(parts)) {
    const isInTime = new AbortController();
    const waitMs = Math.max(deadline - performance.now(), minClosingMs);
    // A timer that keeps the process: whoever awaits close() shall see it resolve.
    const late = sleep(waitMs, true, { signal: isInTime.signal }).catch(() => false);
    const closing = close().then(
      () => false,
      (error: unknown) => {
        log.error({ err: error, part }, "a part of the app could not be closed");
        return false;
      },
    );
    if (await Promise.race([closing, late])) {
      log.error({ part, waitMs }, "a part of the app takes too long to close: going on without it");
    }
    isInTime.abort();
  }
}
