import type { LatencySummary, Report } from "../contract/report.ts";
import { formatCount, formatUs } from "./format.ts";

/** A row of a latency table: its name, then a value for each of `LATENCY_COLUMNS`. */
export type LatencyRow = readonly [name: string, ...values: string[]];

export const LATENCY_COLUMNS = [
  ...["p50", "p75", "p90", "p99", "p99.9", "p99.99", "max", "mean", "samples"],
] as const;

/** Every distribution of a report under its name. */
export function latencyKinds(report: Report): readonly (readonly [string, LatencySummary])[] {
  const { latency, handshake, storms = [] } = report;
  return [
    ...(latency === undefined ? [] : ([["latency", latency]] as const)),
    ...storms.map((storm, index) => [`back after storm ${index + 1}`, storm.backAfter] as const),
    ...(handshake === undefined ? [] : ([["handshake", handshake]] as const)),
  ];
}

export function latencyRows(report: Report): readonly LatencyRow[] {
  return latencyKinds(report).map(([name, summary]) => [name, ...values(summary)]);
}

function values(summary: LatencySummary): readonly string[] {
  const { p50Us, p75Us, p90Us, p99Us, p999Us, p9999Us, maxUs, meanUs, count } = summary;
  const times = [p50Us, p75Us, p90Us, p99Us, p999Us, p9999Us, maxUs, meanUs].map(formatUs);
  return [...times, formatCount(count)];
}
