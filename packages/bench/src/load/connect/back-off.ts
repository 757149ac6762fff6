import type { Random } from "../random.ts";

/** Upper end of the delay before the first repetition, in milliseconds. */
const FIRST_MS = 100;

/**
 * How long to wait before attempt `failures + 1`, in milliseconds: any time up to 100 ms after the
 * first failure, and up to twice as much after each further one ("full jitter"), at most `capMs`.
 * Clients that failed together so come back apart.
 */
export function backOffMs(failures: number, capMs: number, random: Random): number {
  const upper = Math.min(capMs, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return random() * upper;
}
