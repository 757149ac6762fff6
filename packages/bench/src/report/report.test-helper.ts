import type { ConnectionCounts, MessageCounts, Report } from "../contract/report.ts";
import type {
  BroadcastSettings,
  ConnectSettings,
  EchoSettings,
  ReconnectSettings,
  SoakSettings,
} from "../contract/settings.ts";
import type { WorkerResult } from "../contract/worker-messages.ts";
import { Latencies } from "../measure/latencies.ts";
import { mergeReport } from "./merge-report.ts";
import type { RunRecord, ServerRecord } from "./run-record.ts";

const common = {
  url: "ws://127.0.0.1:9001/",
  headers: {},
  handshake: "minimal",
  subprotocols: [],
  adapter: "plain",
  insecure: false,
  iOwnThisServer: false,
  connections: 100,
  concurrency: 100,
  workers: 2,
  warmupMs: 2_000,
  durationMs: 10_000,
  drainMs: 5_000,
  connectTimeoutMs: 10_000,
} as const;

const message = { messageBytes: 20, format: "text" } as const;

export const echoSettings: EchoSettings = { ...common, ...message, scenario: "echo", inFlight: 1 };

export const openSettings: EchoSettings = { ...common, ...message, scenario: "echo", rate: 5_000 };

export const connectSettings: ConnectSettings = { ...common, scenario: "connect", holdMs: 2_000 };

export const soakSettings: SoakSettings = {
  ...common,
  ...message,
  scenario: "soak",
  rate: 5_000,
  intervalMs: 1_000,
};

export const reconnectSettings: ReconnectSettings = {
  ...common,
  scenario: "reconnect",
  storms: 1,
  jitterMs: 0,
  restMs: 1_000,
};

export const broadcastSettings: BroadcastSettings = {
  ...common,
  ...message,
  scenario: "broadcast",
  inFlight: 1,
  topics: 1,
  publishers: 1,
  subscribers: 99,
  publisherReceives: false,
};

export const noMessages: MessageCounts = {
  requests: 0,
  expected: 0,
  replies: 0,
  missing: 0,
  duplicated: 0,
  outOfOrder: 0,
  corrupted: 0,
  unexpected: 0,
  unsent: 0,
};

/** As many replies as requests. */
export function answered(requests: number): MessageCounts {
  return { ...noMessages, requests, expected: requests, replies: requests };
}

export function connectionsOf(
  opened: number,
  more: Partial<ConnectionCounts> = {},
): ConnectionCounts {
  return { attempted: opened, opened, failed: {}, lost: {}, ...more };
}

/** Latencies of these microseconds, encoded. */
export function encodedLatencies(values: Iterable<number>): string {
  const latencies = new Latencies();
  for (const value of values) latencies.record(value);
  return latencies.encode() ?? "";
}

/** What a worker reports of a healthy server: 50 connections, 100,000 replies in 10 s. */
export function workerResult(more: Partial<WorkerResult> = {}): WorkerResult {
  return {
    connections: connectionsOf(50),
    messages: answered(100_000),
    bytesSent: 2_600_000,
    bytesReceived: 2_200_000,
    cpuSeconds: 3,
    utilization: 0.5,
    measuredMs: 10_000,
    warnings: [],
    ...more,
  };
}

export const serverRecord: ServerRecord = {
  pid: 4_242,
  cpuSeconds: 2,
  cpuErrorSeconds: 0,
  rssBeforeBytes: 50 * 1_048_576,
  rssAfterBytes: 60 * 1_048_576,
  rssPeakBytes: 61 * 1_048_576,
};

/** A healthy run of two workers on eight cores, ten seconds long. */
export function runRecord(more: Partial<RunRecord> = {}): RunRecord {
  return {
    version: "1.2.3",
    startedAt: new Date("2026-01-02T03:04:05Z"),
    settings: echoSettings,
    results: [workerResult(), workerResult()],
    measuredSeconds: 10,
    coordinatorCpuSeconds: 0.5,
    cores: 8,
    server: serverRecord,
    timeline: [],
    warnings: [],
    ...more,
  };
}

export function reportOf(more: Partial<RunRecord> = {}): Report {
  return mergeReport(runRecord(more));
}
