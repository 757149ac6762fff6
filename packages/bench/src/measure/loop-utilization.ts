import { type EventLoopUtilization, performance } from "node:perf_hooks";

/** How busy the event loop of this process is. */
export class LoopUtilization {
  #since: EventLoopUtilization = performance.eventLoopUtilization();

  /** Begins a new span. */
  restart(): void {
    this.#since = performance.eventLoopUtilization();
  }

  /** Share of the time since `restart` (or construction) in which the loop did not wait; 0 to 1. */
  read(): number {
    return performance.eventLoopUtilization(this.#since).utilization;
  }
}
