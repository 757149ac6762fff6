import type { Progress } from "../contract/worker-messages.ts";
import type { RunEvents } from "../report/run-events.ts";
import { RateMeter } from "./rate-meter.ts";
import type { RunControl } from "./run-control.ts";

const TELL_EVERY_MS = 500;

/** A part of the run that is shown, and recorded, while it lasts. */
export interface MonitoredSpan {
  /** How long it will take; 0 when that is not known. */
  readonly ofMs: number;
  /** Told of every report of a worker. */
  readonly onProgress?: (worker: number, progress: Progress, nowMs: number) => void;
  /** Called every `intervalMs`. */
  readonly onInterval?: (nowMs: number) => void;
  readonly intervalMs?: number;
}

/** Turns the progress of the workers into events, and calls what records it. */
export class Monitor {
  readonly #events: RunEvents;
  readonly #control: RunControl;
  readonly #last = new Map<number, Progress>();
  readonly #live = new RateMeter();
  #span: MonitoredSpan | undefined;
  #startedMs = 0;
  #timers: NodeJS.Timeout[] = [];

  constructor(events: RunEvents, control: RunControl) {
    this.#events = events;
    this.#control = control;
  }

  add(worker: number, progress: Progress): void {
    const nowMs = performance.now();
    this.#last.set(worker, progress);
    this.#live.add(worker, progress, nowMs);
    this.#span?.onProgress?.(worker, progress, nowMs);
  }

  begin(span: MonitoredSpan): void {
    this.end();
    this.#span = span;
    this.#startedMs = performance.now();
    // Forgets what came before, but not when the workers last reported.
    this.#live.take();
    this.#every(TELL_EVERY_MS, () => this.#tell());
    const { onInterval, intervalMs } = span;
    if (onInterval === undefined || intervalMs === undefined) return;
    this.#every(intervalMs, () => onInterval(performance.now()));
  }

  end(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#span = undefined;
  }

  #every(ms: number, work: () => void): void {
    this.#timers.push(setInterval(() => this.#control.guard(work), ms));
  }

  #tell(): void {
    const reports = [...this.#last.values()];
    this.#events.progress?.({
      seconds: (performance.now() - this.#startedMs) / 1_000,
      ofSeconds: (this.#span?.ofMs ?? 0) / 1_000,
      ...this.#live.take(),
      open: reports.reduce((sum, { open }) => sum + open, 0),
      faults: reports.reduce((sum, { faults }) => sum + faults, 0),
    });
  }
}
