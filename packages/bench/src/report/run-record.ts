import type { Drift, TimelinePoint } from "../contract/report.ts";
import type { BenchSettings } from "../contract/settings.ts";
import type { WorkerResult } from "../contract/worker-messages.ts";

/** What was read of the server under test around the measured phase. */
export interface ServerRecord {
  readonly pid: number;
  readonly cpuSeconds: number;
  /** How far `cpuSeconds` may be off. */
  readonly cpuErrorSeconds: number;
  readonly rssBeforeBytes: number;
  readonly rssAfterBytes: number;
  readonly rssPeakBytes: number;
}

/** What the coordinator has seen of a run; `mergeReport` makes the report of it. */
export interface RunRecord {
  /** Of the bench. */
  readonly version: string;
  readonly startedAt: Date;
  readonly settings: BenchSettings;
  readonly results: readonly WorkerResult[];
  /** Length of the measured phase by the clock of the coordinator. */
  readonly measuredSeconds: number;
  /** CPU time of the coordinator itself in it. */
  readonly coordinatorCpuSeconds: number;
  /** CPU cores of this machine. */
  readonly cores: number;
  readonly server?: ServerRecord;
  readonly timeline: readonly TimelinePoint[];
  readonly drift?: Drift;
  /** Of the coordinator. */
  readonly warnings: readonly string[];
}
