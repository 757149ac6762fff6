import type { ConnectionCounts, LatencySummary, MessageCounts } from "../contract/report.ts";
import { Latencies } from "../measure/latencies.ts";

export function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

export function mergeConnections(parts: readonly ConnectionCounts[]): ConnectionCounts {
  return {
    attempted: sum(parts, (part) => part.attempted),
    opened: sum(parts, (part) => part.opened),
    failed: mergeReasons(parts.map((part) => part.failed)),
    lost: mergeReasons(parts.map((part) => part.lost)),
  };
}

/**
 * Sums up. What a worker cannot see (publications of another worker that never reached its
 * subscribers) shows as the difference between what was expected and what came: it is missing, too.
 */
export function mergeMessages(parts: readonly MessageCounts[]): MessageCounts {
  const total = (key: keyof MessageCounts): number => sum(parts, (part) => part[key]);
  const expected = total("expected");
  const replies = total("replies");
  return {
    requests: total("requests"),
    expected,
    replies,
    // Less than nothing: replies that nobody was to get. They do not add up, which is a failure, too.
    missing: Math.max(0, total("missing"), expected - replies),
    duplicated: total("duplicated"),
    outOfOrder: total("outOfOrder"),
    corrupted: total("corrupted"),
    unexpected: total("unexpected"),
    unsent: total("unsent"),
  };
}

/** One summary of histograms that were encoded by workers. */
export function mergeLatencies(
  encoded: readonly (string | undefined)[],
): LatencySummary | undefined {
  const latencies = new Latencies();
  for (const part of encoded) if (part !== undefined) latencies.add(part);
  return latencies.summary();
}

/** The most frequent one first. */
function mergeReasons(parts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const [reason, count] of parts.flatMap((part) => Object.entries(part))) {
    counts.set(reason, (counts.get(reason) ?? 0) + count);
  }
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}
