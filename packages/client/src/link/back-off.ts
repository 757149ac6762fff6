/** How the client comes back after a lost connection. */
export interface ReconnectOptions {
  /** Upper end of the first wait, in milliseconds; it doubles with each failure. Default: 1000. */
  readonly minDelayMs?: number;
  /** The longest wait, in milliseconds. Default: 30,000. */
  readonly maxDelayMs?: number;
  /** After so many failures in a row the client stays closed. Default: Infinity. */
  readonly maxAttempts?: number;
}

/**
 * "Full jitter": anything between nothing and the upper end, so that clients that lost their server
 * at the same moment do not come back at the same moment.
 *
 * @param failures attempts that failed before this one, from 0
 */
export function backOffMs(
  { minDelayMs = 1000, maxDelayMs = 30_000 }: ReconnectOptions,
  failures: number,
  random: () => number,
): number {
  // The exponent is bounded because 0 * Infinity is no delay.
  return random() * Math.min(maxDelayMs, minDelayMs * 2 ** Math.min(failures, 99));
}
