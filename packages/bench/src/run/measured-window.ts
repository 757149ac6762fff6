import type { UsageReading } from "../measure/process-usage.ts";
import type { RunRecord, ServerRecord } from "../report/run-record.ts";
import type { ServerUnderTest } from "./server-under-test.ts";

type Measured = Pick<RunRecord, "measuredSeconds" | "coordinatorCpuSeconds" | "server">;

/** Reads clocks and the server exactly at the beginning and at the end of the measured phase. */
export class MeasuredWindow {
  readonly startedMs: number = performance.now();
  /** What the server had used when the phase began. */
  readonly before: UsageReading | undefined;
  readonly #server: ServerUnderTest;
  readonly #cpu = process.cpuUsage();
  #peakBytes: number;
  #after: UsageReading | undefined;
  #measured: Omit<Measured, "server"> = { measuredSeconds: 0, coordinatorCpuSeconds: 0 };

  /** The phase begins now. */
  constructor(server: ServerUnderTest) {
    this.#server = server;
    this.before = server.read();
    this.#peakBytes = this.before?.rssBytes ?? 0;
  }

  /** Reads the server in between, for the timeline and the peak of its memory. */
  sample(): UsageReading | undefined {
    const reading = this.#server.read();
    this.#peakBytes = Math.max(this.#peakBytes, reading?.rssBytes ?? 0);
    return reading;
  }

  /** The phase ends now. */
  end(): UsageReading | undefined {
    this.#after = this.sample();
    const { user, system } = process.cpuUsage(this.#cpu);
    this.#measured = {
      measuredSeconds: (performance.now() - this.startedMs) / 1_000,
      coordinatorCpuSeconds: (user + system) / 1e6,
    };
    return this.#after;
  }

  /** After `end`. `settled`: memory is taken from this later reading. */
  record(settled: UsageReading | undefined = this.#after): Measured {
    const server = this.#serverRecord(settled);
    return { ...this.#measured, ...(server === undefined ? {} : { server }) };
  }

  #serverRecord(settled: UsageReading | undefined): ServerRecord | undefined {
    const { before } = this;
    const after = this.#after;
    const { pid } = this.#server;
    if (pid === undefined || before === undefined || after === undefined || settled === undefined) {
      return undefined;
    }
    return {
      pid,
      cpuSeconds: after.cpuSeconds - before.cpuSeconds,
      cpuErrorSeconds: after.cpuErrorSeconds,
      rssBeforeBytes: before.rssBytes,
      rssAfterBytes: settled.rssBytes,
      rssPeakBytes: this.#peakBytes,
    };
  }
}
