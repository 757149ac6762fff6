import type { TimelinePoint } from "../contract/report.ts";
import type { Progress } from "../contract/worker-messages.ts";
import type { UsageReading } from "../measure/process-usage.ts";
import { RateMeter } from "./rate-meter.ts";

/** The measured phase, interval by interval. */
export class Timeline {
  readonly points: TimelinePoint[] = [];
  readonly #meter = new RateMeter();
  readonly #startedMs: number;
  readonly #intervalMs: number;
  #closedMs: number;
  #cpuSeconds: number | undefined;

  /** @param before what the server had used at `startedMs` */
  constructor(startedMs: number, intervalMs: number, before: UsageReading | undefined) {
    this.#startedMs = startedMs;
    this.#closedMs = startedMs;
    this.#intervalMs = intervalMs;
    this.#cpuSeconds = before?.cpuSeconds;
  }

  add(worker: number, progress: Progress, nowMs: number): void {
    this.#meter.add(worker, progress, nowMs);
  }

  /** An interval is over. */
  close(nowMs: number, usage: UsageReading | undefined): void {
    const seconds = (nowMs - this.#closedMs) / 1_000;
    const used = (usage?.cpuSeconds ?? 0) - (this.#cpuSeconds ?? 0);
    const isKnown = usage !== undefined && this.#cpuSeconds !== undefined && seconds > 0;
    this.points.push({
      seconds: (nowMs - this.#startedMs) / 1_000,
      ...this.#meter.take(),
      serverRssBytes: usage?.rssBytes ?? null,
      serverCpuShare: isKnown ? used / seconds : null,
    });
    this.#closedMs = nowMs;
    this.#cpuSeconds = usage?.cpuSeconds;
  }

  /** The phase is over; less than half an interval is too little to tell of. */
  finish(nowMs: number, usage: UsageReading | undefined): void {
    if (nowMs - this.#closedMs >= this.#intervalMs / 2) this.close(nowMs, usage);
  }
}
