import type { HistoryPolicy } from "@windlass/core";

/** What the crash test and its publishers agree on. */
export const crashTopics: readonly string[] = ["a", "b", "c"];

export const keepAll: HistoryPolicy = {
  size: 1_000_000,
  ttlMs: 3_600_000,
  positionTtlMs: 3_600_000,
};

/** Back at once when Redis is. */
export const crashTuning = {
  connectTimeoutMs: 1_000,
  commandTimeoutMs: 2_000,
  reconnectMaxDelayMs: 50,
} as const;

/** One that was acknowledged. */
interface Acknowledged {
  readonly data: string;
  readonly epoch: string;
  readonly offset: number;
}

/** What publishers have said. */
export interface PublisherLog {
  readonly tried: readonly string[];
  readonly acknowledged: readonly Acknowledged[];
}

export function parsePublisherLog(stdout: string): PublisherLog {
  const tried: string[] = [];
  const acknowledged: Acknowledged[] = [];
  // What follows the last line break was cut off.
  for (const line of stdout.split("\n").slice(0, -1)) {
    const [kind, ...words] = line.split(" ");
    if (kind === "try") tried.push(words[0] ?? "");
    const [, data = "", epoch = "", offset = ""] = words;
    if (kind === "ack") acknowledged.push({ data, epoch, offset: Number(offset) });
  }
  return { tried, acknowledged };
}

/** Where a publisher publishes this. */
export function crashTopicOf(data: string): string {
  return crashTopics[Number(data.split("-")[1]) % crashTopics.length] ?? "";
}
