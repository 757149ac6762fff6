import type { BenchSettings, BroadcastSettings } from "../contract/settings.ts";
import type { WorkerShare } from "../contract/worker-messages.ts";
import { splitTopics } from "./split-topics.ts";

export interface SharePlan {
  /** Where connections come from. */
  readonly localAddresses: readonly string[];
  /** IP address of the target. */
  readonly address: string;
}

type Part = Pick<WorkerShare, "connections" | "publisherTopics" | "subscriberTopics">;

/** The part of each worker. There are no more workers than can have something to do. */
export function splitShares(settings: BenchSettings, plan: SharePlan): readonly WorkerShare[] {
  const parts = settings.scenario === "broadcast" ? broadcastParts(settings) : evenParts(settings);
  const workers = parts.length;
  const concurrency = splitEvenly(settings.concurrency, workers);
  const senders = parts.map((part) => sendersOf(settings, part));
  const allSenders = senders.reduce((sum, count) => sum + count, 0);
  return parts.map((part, worker) => ({
    ...part,
    ...plan,
    // What is reckoned from the number of workers must be the same in all of them.
    settings: { ...settings, workers },
    worker,
    concurrency: Math.max(1, concurrency[worker] ?? 1),
    ...rateOf(settings, (senders[worker] ?? 0) / Math.max(1, allSenders)),
  }));
}

/** Parts that differ by one at most, the larger ones first. */
function splitEvenly(total: number, parts: number): readonly number[] {
  const least = Math.floor(total / parts);
  return Array.from({ length: parts }, (_, index) => least + (index < total % parts ? 1 : 0));
}

function evenParts({ connections, workers }: BenchSettings): readonly Part[] {
  const count = Math.max(1, Math.min(workers, connections));
  return splitEvenly(connections, count).map((part) => ({
    connections: part,
    publisherTopics: [],
    subscriberTopics: [],
  }));
}

function broadcastParts(settings: BroadcastSettings): readonly Part[] {
  return splitTopics(settings).map(({ publisherTopics, subscriberTopics }) => ({
    connections: publisherTopics.length + subscriberTopics.length,
    publisherTopics,
    subscriberTopics,
  }));
}

function sendersOf(settings: BenchSettings, part: Part): number {
  return settings.scenario === "broadcast" ? part.publisherTopics.length : part.connections;
}

function rateOf(settings: BenchSettings, portion: number): { readonly rate?: number } {
  if (settings.scenario === "connect" || settings.scenario === "reconnect") return {};
  return settings.rate === undefined ? {} : { rate: settings.rate * portion };
}
