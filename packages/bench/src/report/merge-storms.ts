import type { LatencySummary, Storm } from "../contract/report.ts";
import type { WorkerResult, WorkerStorm } from "../contract/worker-messages.ts";
import { mergeLatencies, sum } from "./merge-counts.ts";

const NONE: LatencySummary = {
  count: 0,
  meanUs: 0,
  p50Us: 0,
  p75Us: 0,
  p90Us: 0,
  p99Us: 0,
  p999Us: 0,
  p9999Us: 0,
  maxUs: 0,
  curve: [],
};

/** Storm by storm, over all workers. */
export function mergeStorms(results: readonly WorkerResult[]): readonly Storm[] {
  const most = Math.max(0, ...results.map((result) => result.storms?.length ?? 0));
  return Array.from({ length: most }, (_, index) =>
    mergeStorm(results.flatMap((result) => result.storms?.[index] ?? [])),
  );
}

function mergeStorm(parts: readonly WorkerStorm[]): Storm {
  const longest = Math.max(0, ...parts.map((part) => part.per100Ms.length));
  const per100Ms = Array.from({ length: longest }, (_, slot) =>
    sum(parts, (part) => part.per100Ms[slot] ?? 0),
  );
  return {
    dropped: sum(parts, (part) => part.dropped),
    reconnected: sum(parts, (part) => part.reconnected),
    attempts: sum(parts, (part) => part.attempts),
    failedAttempts: sum(parts, (part) => part.failedAttempts),
    recoveryMs: Math.max(0, ...parts.map((part) => part.recoveryMs)),
    backAfter: mergeLatencies(parts.map((part) => part.latencies || undefined)) ?? NONE,
    peakPer100Ms: Math.max(0, ...per100Ms),
  };
}
