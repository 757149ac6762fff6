import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from "hdr-histogram-js";
import type { LatencySummary } from "../contract/report.ts";
import { curvePercentiles } from "./curve-percentiles.ts";

/** Longer latencies than this (120 s, in microseconds) are recorded as this long. */
export const LONGEST_US = 120_000_000;

/** Three significant digits: below 2 ** 11 every microsecond has a slot of its own. */
const SIGNIFICANT_DIGITS = 3;
const SLOT_BITS = 11;

/**
 * An HdrHistogram of latencies: 1 us to 120 s with three significant digits.
 *
 * Values are tallied in a typed array that has the slots of the HdrHistogram, and poured into it
 * when somebody looks: `recordValue` of hdr-histogram-js takes 100 ns, the tally 20.
 */
export class Latencies {
  readonly #histogram = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_US,
    numberOfSignificantValueDigits: SIGNIFICANT_DIGITS,
  });
  readonly #tally = new Float64Array(slotOf(LONGEST_US) + 1);
  #tallied = 0;
  #lowestSlot = this.#tally.length;
  #highestSlot = -1;
  #tallyMaxUs = 0;
  #clamped = 0;

  /** Counts one latency in microseconds, rounded; less than 1 counts as 1, more than 120 s as 120 s. */
  record(us: number): void {
    const value = this.#within(us);
    const slot = slotOf(value);
    this.#tally[slot] = (this.#tally[slot] as number) + 1;
    this.#tallied += 1;
    if (slot < this.#lowestSlot) this.#lowestSlot = slot;
    if (slot > this.#highestSlot) this.#highestSlot = slot;
    if (value > this.#tallyMaxUs) this.#tallyMaxUs = value;
  }

  /** How many were recorded or added since the last `reset`. */
  get count(): number {
    return this.#histogram.totalCount + this.#tallied;
  }

  /** How many recorded here were longer than 120 s. Not part of the encoded form. */
  get clamped(): number {
    return this.#clamped;
  }

  reset(): void {
    this.#forgetTally();
    this.#histogram.reset();
    this.#clamped = 0;
  }

  /** HdrHistogram V2, deflated, base64; `undefined` when nothing was recorded. */
  encode(): string | undefined {
    if (this.count === 0) return undefined;
    this.#pour();
    return encodeIntoCompressedBase64(this.#histogram);
  }

  /** Adds what another one has encoded. */
  add(encoded: string): void {
    this.#histogram.add(decodeFromCompressedBase64(encoded, 64));
  }

  /** The value below which `percentile` (0 to 100) of all are, in microseconds; 0 without values. */
  percentileUs(percentile: number): number {
    this.#pour();
    return this.#percentileUs(percentile);
  }

  /** `undefined` when nothing was recorded. */
  summary(): LatencySummary | undefined {
    const count = this.count;
    if (count === 0) return undefined;
    this.#pour();
    return {
      count,
      meanUs: this.#histogram.mean,
      p50Us: this.#percentileUs(50),
      p75Us: this.#percentileUs(75),
      p90Us: this.#percentileUs(90),
      p99Us: this.#percentileUs(99),
      p999Us: this.#percentileUs(99.9),
      p9999Us: this.#percentileUs(99.99),
      maxUs: this.#histogram.maxValue,
      curve: curvePercentiles(count).map((percentile) => ({
        percentile,
        us: this.#percentileUs(percentile),
      })),
    };
  }

  #within(us: number): number {
    if (us < 1) return 1;
    if (us <= LONGEST_US) return Math.round(us);
    // Not a number: a latency without a beginning. Better loud than a wrong percentile.
    if (!(us > LONGEST_US)) throw new RangeError(`A latency must be a number, not ${us}.`);
    this.#clamped += 1;
    return LONGEST_US;
  }

  /** The histogram answers with the upper end of a slot, which may lie above the greatest value. */
  #percentileUs(percentile: number): number {
    return Math.min(this.#histogram.getValueAtPercentile(percentile), this.#histogram.maxValue);
  }

  #pour(): void {
    for (let slot = this.#lowestSlot; slot <= this.#highestSlot; slot += 1) {
      const count = this.#tally[slot] as number;
      if (count === 0) continue;
      const value = slot === this.#highestSlot ? this.#tallyMaxUs : lowestOf(slot);
      this.#histogram.recordValueWithCount(value, count);
    }
    this.#forgetTally();
  }

  #forgetTally(): void {
    this.#tally.fill(0, this.#lowestSlot, this.#highestSlot + 1);
    this.#tallied = 0;
    this.#lowestSlot = this.#tally.length;
    this.#highestSlot = -1;
    this.#tallyMaxUs = 0;
  }
}

/** Where an HdrHistogram of three digits counts a value: 2048 single slots, then 1024 per doubling. */
function slotOf(value: number): number {
  const doublings = Math.max(0, 32 - Math.clz32(value) - SLOT_BITS);
  return (doublings << (SLOT_BITS - 1)) + (value >>> doublings);
}

/** The smallest value that is counted in a slot. */
function lowestOf(slot: number): number {
  const half = 1 << (SLOT_BITS - 1);
  const doublings = Math.max(0, (slot >>> (SLOT_BITS - 1)) - 1);
  return (slot - doublings * half) * 2 ** doublings;
}
