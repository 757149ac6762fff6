import { build } from "hdr-histogram-js";

/** Longer ones count as this long: 120 s. */
const longestUs = 120_000_000;

/** Two percentiles of latencies, in microseconds. */
export interface LatencyPair {
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Latencies from 1 µs to 120 s, with three significant digits. */
export class Latencies {
  readonly #histogram = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: longestUs,
    numberOfSignificantValueDigits: 3,
  });

  /** Counts one latency, in milliseconds. */
  record(ms: number): void {
    this.#histogram.recordValue(Math.min(longestUs, Math.max(1, Math.round(ms * 1_000))));
  }

  /** `undefined` when nothing was recorded. */
  summary(): LatencyPair | undefined {
    if (this.#histogram.totalCount === 0) return undefined;
    return { p50Us: this.#percentile(50), p99Us: this.#percentile(99) };
  }

  /** The histogram answers with the upper end of a slot, which may lie above the greatest value. */
  #percentile(percentile: number): number {
    return Math.min(this.#histogram.getValueAtPercentile(percentile), this.#histogram.maxValue);
  }
}
