import type { WorkerResult } from "../../contract/worker-messages.ts";
import { LoopUtilization } from "../../measure/loop-utilization.ts";

/** What this process uses during the measured phase. */
export class WorkerUsage {
  readonly #loop = new LoopUtilization();
  #startedAt = performance.now();
  #cpu = process.cpuUsage();

  /** The measured phase begins. */
  restart(): void {
    this.#loop.restart();
    this.#startedAt = performance.now();
    this.#cpu = process.cpuUsage();
  }

  /**
   * The measured phase is over. `spunMs`: how long the event loop only looked at the clock; that
   * is not work.
   */
  read(spunMs = 0): Pick<WorkerResult, "cpuSeconds" | "utilization" | "measuredMs"> {
    const measuredMs = performance.now() - this.#startedAt;
    const { user, system } = process.cpuUsage(this.#cpu);
    const spun = measuredMs === 0 ? 0 : spunMs / measuredMs;
    return {
      cpuSeconds: (user + system) / 1e6,
      utilization: Math.max(0, this.#loop.read() - spun),
      measuredMs,
    };
  }
}
