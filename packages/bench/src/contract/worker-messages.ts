import type { ConnectionCounts, MessageCounts, Storm } from "./report.ts";
import type { BenchSettings } from "./settings.ts";

/**
 * The talk between the coordinator and a worker process, over `process.send` with
 * `serialization: "advanced"`. In order: `begin`; the worker opens its connections and reports
 * `opened`; `warmUp` (load starts, nothing counts); `measure` (counters start at zero); `stop`
 * (no more requests, replies are awaited for `drainMs`); the worker reports `result` and leaves.
 * `connect` and `reconnect` do their work after `measure`, without `warmUp` and `stop`. `connect`
 * opens its connections only then, reports `held`, and after `release` its `result`.
 */
export type ToWorker =
  | { readonly kind: "begin"; readonly share: WorkerShare }
  | { readonly kind: "warmUp" }
  | { readonly kind: "measure" }
  | { readonly kind: "stop" }
  | { readonly kind: "release" };

export type FromWorker =
  | { readonly kind: "opened"; readonly connections: ConnectionCounts }
  | { readonly kind: "progress"; readonly progress: Progress }
  /** `connect`: all attempts are over; what opened is held until `release`, and then `result` follows. */
  | { readonly kind: "held" }
  | { readonly kind: "result"; readonly result: WorkerResult }
  /** The worker cannot go on: a sentence for people with the cause and what to do. */
  | { readonly kind: "fatal"; readonly message: string };

/** The part of the work one worker does. */
export interface WorkerShare {
  readonly settings: BenchSettings;
  /** Number of this worker, from 0. */
  readonly worker: number;
  /** Its connections (`echo`, `soak`, `connect`, `reconnect`). */
  readonly connections: number;
  /** `broadcast`: topic numbers of its publishers and subscribers, one entry per connection. */
  readonly publisherTopics: readonly number[];
  readonly subscriberTopics: readonly number[];
  /** Its part of `concurrency` (at least 1) and of `rate`. */
  readonly concurrency: number;
  readonly rate?: number;
  /** Source addresses to spread over, such as 127.0.0.2; empty: let the system choose. */
  readonly localAddresses: readonly string[];
  /** IP address of the URL's host. Default: the worker looks it up once before it begins. */
  readonly address?: string;
}

/** Sent about four times a second during `warmUp` and `measure`; counts since the last one. */
export interface Progress {
  readonly replies: number;
  readonly requests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Faults so far in all (missing, duplicated, corrupted, failed, lost ...). */
  readonly faults: number;
  /** Open connections now. */
  readonly open: number;
  /** Latencies since the last one; HdrHistogram V2, deflated, base64. Absent when there are none. */
  readonly latencies?: string;
}

export interface WorkerResult {
  readonly connections: ConnectionCounts;
  readonly messages: MessageCounts;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** HdrHistograms of the measured phase; V2, deflated, base64. Microseconds. */
  readonly latencies?: string;
  readonly handshakes?: string;
  /** Of this worker in the measured phase. */
  readonly cpuSeconds: number;
  readonly utilization: number;
  /** From `measure` to `stop` as this worker saw it. */
  readonly measuredMs: number;
  readonly storms?: readonly WorkerStorm[];
  readonly warnings: readonly string[];
}

/** A worker's part of a storm; `latencies` from the drop to open, `""` when nobody came back. */
export interface WorkerStorm
  extends Pick<Storm, "dropped" | "reconnected" | "attempts" | "failedAttempts" | "recoveryMs"> {
  readonly latencies: string;
  /** Handshakes finished in each 100 ms since the drop. */
  readonly per100Ms: readonly number[];
}
