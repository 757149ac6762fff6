import type { Adapter, MessageFormat } from "../contract/adapter.ts";
import type { BenchSettings, CommonSettings } from "../contract/settings.ts";
import type { WorkerShare } from "../contract/worker-messages.ts";
import { Latencies } from "../measure/latencies.ts";

/** Payloads without anything around them. Topics are paths: /0, /1 ... */
export const bareAdapter: Adapter = {
  name: "bare",
  target: (_url, topic) => `/${topic}`,
  request: (format) => [bare(format)],
  reply: bare,
};

function bare(format: MessageFormat) {
  return { format, before: "", after: "", holdsPayload: true };
}

export function commonSettings(url: string, connections: number): CommonSettings {
  return {
    url,
    headers: {},
    handshake: "minimal",
    subprotocols: [],
    adapter: "plain",
    insecure: false,
    iOwnThisServer: false,
    connections,
    concurrency: 4,
    workers: 1,
    warmupMs: 0,
    durationMs: 1_000,
    drainMs: 2_000,
    connectTimeoutMs: 2_000,
  };
}

/** All of the work in one worker. */
export function wholeShare(
  settings: BenchSettings,
  changes: Partial<WorkerShare> = {},
): WorkerShare {
  const { connections, concurrency } = settings;
  return {
    settings,
    worker: 0,
    connections,
    concurrency,
    publisherTopics: [],
    subscriberTopics: [],
    localAddresses: [],
    ...changes,
  };
}

/** How many latencies were recorded. */
export function countLatencies(encoded: string | undefined): number {
  return decodeLatencies(encoded)?.count ?? 0;
}

export function decodeLatencies(encoded: string | undefined) {
  const latencies = new Latencies();
  if (encoded !== undefined) latencies.add(encoded);
  return latencies.summary();
}
