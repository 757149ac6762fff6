import type { Drift, TimelinePoint } from "../contract/report.ts";
import type { Progress } from "../contract/worker-messages.ts";
import { Latencies } from "../measure/latencies.ts";

/** Compares the last quarter of a soak with the first one. */
export class DriftRecorder {
  readonly #startedMs: number;
  readonly #durationMs: number;
  readonly #first = new Latencies();
  readonly #last = new Latencies();

  constructor(startedMs: number, durationMs: number) {
    this.#startedMs = startedMs;
    this.#durationMs = durationMs;
  }

  add(progress: Progress, nowMs: number): void {
    const part = (nowMs - this.#startedMs) / this.#durationMs;
    if (progress.latencies === undefined) return;
    if (part <= 0.25) this.#first.add(progress.latencies);
    else if (part > 0.75) this.#last.add(progress.latencies);
  }

  /** `undefined` when one of the quarters has no latencies: there is nothing to compare. */
  drift(points: readonly TimelinePoint[]): Drift | undefined {
    if (this.#first.count === 0 || this.#last.count === 0) return undefined;
    return {
      p50Ratio: this.#last.percentileUs(50) / this.#first.percentileUs(50),
      p99Ratio: this.#last.percentileUs(99) / this.#first.percentileUs(99),
      rssGrowthBytes: memoryGrowth(points),
      rssBytesPerHour: memorySlope(points),
    };
  }
}

/** Mean RSS of the last quarter of the points less that of the first quarter. */
function memoryGrowth(points: readonly TimelinePoint[]): number | null {
  const sizes = points.flatMap((point) => point.serverRssBytes ?? []);
  if (sizes.length < 2) return null;
  const quarter = Math.max(1, Math.floor(sizes.length / 4));
  return mean(sizes.slice(-quarter)) - mean(sizes.slice(0, quarter));
}

/** Bytes per hour: slope of the least-squares line through RSS. */
function memorySlope(points: readonly TimelinePoint[]): number | null {
  const known = points.filter((point) => point.serverRssBytes !== null);
  if (known.length < 2) return null;
  const hours = known.map((point) => point.seconds / 3_600);
  const sizes = known.map((point) => point.serverRssBytes ?? 0);
  const meanHours = mean(hours);
  const meanSize = mean(sizes);
  let together = 0;
  let alone = 0;
  for (const [index, hour] of hours.entries()) {
    together += (hour - meanHours) * ((sizes[index] ?? 0) - meanSize);
    alone += (hour - meanHours) ** 2;
  }
  return alone === 0 ? null : together / alone;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
