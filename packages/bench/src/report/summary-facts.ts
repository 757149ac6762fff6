import type { Drift, Report, ServerUsage, Storm } from "../contract/report.ts";
import { unitOf, unitsOf } from "./describe-settings.ts";
import {
  formatBytes,
  formatCount,
  formatMs,
  formatNumber,
  formatPlural,
  formatShare,
} from "./format.ts";

/** A line of the summary: what, and how much in words. */
export type Fact = readonly [name: string, value: string];

/** The summary of a report without its latencies, the most telling first. For text and HTML. */
export function summaryFacts(report: Report): readonly Fact[] {
  const { server } = report;
  return [
    ["server CPU", describeCpu(report)],
    ["throughput", describeThroughput(report)],
    ...(server === undefined ? [] : memoryFacts(server)),
    ...(report.storms ?? []).map(
      (storm, index): Fact => [`storm ${index + 1}`, describeStorm(storm)],
    ),
    ...(report.drift === undefined ? [] : driftFacts(report.drift)),
    ["connections", describeConnections(report)],
    [
      "traffic",
      `${formatBytes(report.bytesSent)} sent, ${formatBytes(report.bytesReceived)} received`,
    ],
    ["generator", describeGenerator(report)],
  ];
}

function describeCpu({ server, settings }: Report): string {
  if (server === undefined) return "not known: give --pid or --spawn";
  const { cpuSecondsPerMillion, cpuSeconds, cpuShare, pid } = server;
  return (
    `${formatNumber(cpuSecondsPerMillion)} s per million ${unitsOf(settings)} ` +
    `(${formatNumber(cpuSeconds)} s in all, ${formatShare(cpuShare)} of a core, process ${pid})`
  );
}

function describeThroughput(report: Report): string {
  const { messagesPerSecond, settings, messages, connections, durationSeconds, loop } = report;
  const done = loop === "none" ? connections.opened : messages.replies;
  const span = formatMs(durationSeconds * 1_000);
  const sent =
    settings.scenario === "broadcast"
      ? ` from ${formatPlural(messages.requests, "publication")}`
      : "";
  return `${formatCount(messagesPerSecond)} ${unitsOf(settings)}/s (${formatCount(done)}${sent} in ${span})`;
}

function memoryFacts(server: ServerUsage): readonly Fact[] {
  const { rssBeforeBytes, rssAfterBytes, rssPeakBytes, rssPerConnectionBytes } = server;
  const each: readonly Fact[] =
    rssPerConnectionBytes === undefined
      ? []
      : [["memory", `${formatBytes(rssPerConnectionBytes)} per connection`]];
  const before = formatBytes(rssBeforeBytes);
  const after = formatBytes(rssAfterBytes);
  return [
    ...each,
    ["server RSS", `${before} before, ${after} after, ${formatBytes(rssPeakBytes)} at most`],
  ];
}

function describeStorm(storm: Storm): string {
  const { dropped, reconnected, recoveryMs, peakPer100Ms, attempts, failedAttempts } = storm;
  const failed = failedAttempts > 0 ? `, ${formatCount(failedAttempts)} failed` : "";
  return (
    `${formatCount(reconnected)} of ${formatCount(dropped)} back within ${formatMs(recoveryMs)}, ` +
    `at most ${formatCount(peakPer100Ms)} in 100 ms (${formatPlural(attempts, "attempt")}${failed})`
  );
}

function driftFacts({
  p50Ratio,
  p99Ratio,
  rssGrowthBytes,
  rssBytesPerHour,
}: Drift): readonly Fact[] {
  const ratios = `p50 ${formatNumber(p50Ratio)} x, p99 ${formatNumber(p99Ratio)} x in the last quarter`;
  const growth = rssGrowthBytes === null ? "" : `, RSS ${signed(rssGrowthBytes)}`;
  const slope = rssBytesPerHour === null ? "" : ` (${signed(rssBytesPerHour)} per hour)`;
  return [["drift", `${ratios}${growth}${slope}`]];
}

function signed(bytes: number): string {
  return bytes > 0 ? `+${formatBytes(bytes)}` : formatBytes(bytes);
}

function describeConnections({ connections, settings }: Report): string {
  const { opened, attempted } = connections;
  const times = unitOf(settings) === "handshake" ? "handshakes" : "connections";
  return `${formatCount(opened)} of ${formatCount(attempted)} ${times} succeeded`;
}

function describeGenerator({ generator }: Report): string {
  const { workers, cpuShare, busiestWorker } = generator;
  return (
    `${formatPlural(workers, "worker")}, ${formatShare(cpuShare)} of a core in all, ` +
    `busiest event loop ${formatShare(busiestWorker)}`
  );
}
