import type { BenchSettings } from "./settings.ts";

/** Latencies in microseconds. */
export interface LatencySummary {
  readonly count: number;
  readonly meanUs: number;
  readonly p50Us: number;
  readonly p75Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly p9999Us: number;
  readonly maxUs: number;
  /** The curve for the plot: percentile (0 to 100) and value, rising. */
  readonly curve: readonly { readonly percentile: number; readonly us: number }[];
}

/** What became of the messages of the measured phase. `requests` = `replies` + `missing` when all is well. */
export interface MessageCounts {
  /** Messages sent: requests, or publishes. */
  readonly requests: number;
  /** Replies wanted: equal to `requests` for echo, publishes times subscribers for broadcast. */
  readonly expected: number;
  /** Replies that came, each of them once. */
  readonly replies: number;
  /** Never came: a gap in the sequence, or nothing within the drain time. */
  readonly missing: number;
  /** Came again. */
  readonly duplicated: number;
  /** Came after a later one. They count as `replies`, too. */
  readonly outOfOrder: number;
  /** Of the wrong length or content. */
  readonly corrupted: number;
  /** Messages that are neither replies nor known to the adapter. */
  readonly unexpected: number;
  /** Open loop: due messages not sent because too many were outstanding. They count as `missing`. */
  readonly unsent: number;
}

export interface ConnectionCounts {
  readonly attempted: number;
  readonly opened: number;
  /** Reason (a sentence for people) and how often. */
  readonly failed: Readonly<Record<string, number>>;
  /** Closed by the server or the network while they were needed; reason and how often. */
  readonly lost: Readonly<Record<string, number>>;
}

/** What the server used during the measured phase. Only with `--pid` or `--spawn`. */
export interface ServerUsage {
  readonly pid: number;
  readonly cpuSeconds: number;
  /** CPU seconds per million replies (deliveries, handshakes). */
  readonly cpuSecondsPerMillion: number;
  /** CPU seconds per second: 1 is one core. */
  readonly cpuShare: number;
  readonly rssBeforeBytes: number;
  readonly rssAfterBytes: number;
  readonly rssPeakBytes: number;
  /** Growth of RSS per connection held; scenario `connect`. */
  readonly rssPerConnectionBytes?: number;
}

export interface GeneratorUsage {
  readonly workers: number;
  readonly cpuSeconds: number;
  readonly cpuShare: number;
  /** Event loop utilization of the busiest worker, 0 to 1. */
  readonly busiestWorker: number;
}

export interface TimelinePoint {
  /** Seconds since the start of the measured phase, at the end of the interval. */
  readonly seconds: number;
  readonly messagesPerSecond: number;
  readonly p50Us: number | null;
  readonly p99Us: number | null;
  readonly serverRssBytes: number | null;
  readonly serverCpuShare: number | null;
}

/** Scenario `soak`: the last quarter beside the first one. */
export interface Drift {
  readonly p50Ratio: number;
  readonly p99Ratio: number;
  readonly rssGrowthBytes: number | null;
  /** Slope of a least-squares line through RSS. */
  readonly rssBytesPerHour: number | null;
}

/** Scenario `reconnect`: one storm. */
export interface Storm {
  readonly dropped: number;
  readonly reconnected: number;
  readonly attempts: number;
  readonly failedAttempts: number;
  /** From the drop to the last connection that was back, milliseconds. */
  readonly recoveryMs: number;
  /** From the drop to open, per client. */
  readonly backAfter: LatencySummary;
  /** Most handshakes finished within 100 ms. */
  readonly peakPer100Ms: number;
}

export interface Report {
  readonly tool: { readonly name: string; readonly version: string };
  /** ISO 8601. */
  readonly startedAt: string;
  readonly node: string;
  readonly settings: BenchSettings;
  /** `closed` waits for replies before it sends on, so a stall hides the messages it held up. */
  readonly loop: "closed" | "open" | "none";
  readonly durationSeconds: number;
  readonly connections: ConnectionCounts;
  readonly messages: MessageCounts;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Replies (deliveries, handshakes) per second of the measured phase. */
  readonly messagesPerSecond: number;
  /** Of replies (deliveries); absent for `connect` and `reconnect`. */
  readonly latency?: LatencySummary;
  /** From `connect()` to the end of the handshake. */
  readonly handshake?: LatencySummary;
  readonly server?: ServerUsage;
  readonly generator: GeneratorUsage;
  readonly timeline: readonly TimelinePoint[];
  readonly drift?: Drift;
  readonly storms?: readonly Storm[];
  /** What makes the figures less than they seem: each a sentence with what to do. */
  readonly warnings: readonly string[];
  /** Faults of the server under test. Empty means that every check held; otherwise exit status 1. */
  readonly failures: readonly string[];
}
