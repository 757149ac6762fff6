import type { Progress } from "../contract/worker-messages.ts";
import { Latencies } from "../measure/latencies.ts";

/** What came in since the last look. */
export interface MeterReading {
  readonly messagesPerSecond: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
}

interface WorkerSpan {
  /** Arrival of the progress before the first one counted, milliseconds. */
  readonly from: number;
  until: number;
  replies: number;
}

/**
 * Adds up the progress of workers. They report at moments of their own, so each one's rate is
 * taken from its first to its last report; otherwise a report more or less in a second would show
 * as a jump of a quarter.
 */
export class RateMeter {
  readonly #latencies = new Latencies();
  #spans = new Map<number, WorkerSpan>();

  /** `nowMs`: when it arrived. The first one of a worker may reach back before the start and only sets its clock. */
  add(worker: number, progress: Progress, nowMs: number): void {
    const span = this.#spans.get(worker);
    if (span === undefined) {
      this.#spans.set(worker, { from: nowMs, until: nowMs, replies: 0 });
      return;
    }
    span.until = nowMs;
    span.replies += progress.replies;
    if (progress.latencies !== undefined) this.#latencies.add(progress.latencies);
  }

  /** Reads, and begins anew. */
  take(): MeterReading {
    let messagesPerSecond = 0;
    const next = new Map<number, WorkerSpan>();
    for (const [worker, { from, until, replies }] of this.#spans) {
      if (until > from) messagesPerSecond += replies / ((until - from) / 1_000);
      next.set(worker, { from: until, until, replies: 0 });
    }
    this.#spans = next;
    const isEmpty = this.#latencies.count === 0;
    const p50Us = isEmpty ? null : this.#latencies.percentileUs(50);
    const p99Us = isEmpty ? null : this.#latencies.percentileUs(99);
    this.#latencies.reset();
    return { messagesPerSecond, p50Us, p99Us };
  }
}
