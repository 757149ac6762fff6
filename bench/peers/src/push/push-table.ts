import { formatNumber } from "../compare/format.ts";
import { gridToText } from "../compare/grid.ts";
import { noFigure } from "../compare/tables.ts";
import type { LatencyPair } from "./latencies.ts";
import type { PushResult } from "./push-result.ts";
import { publicationBytes, subscribersPerTopic, topicCount } from "./push-scene.ts";

/** A busier generator cannot say how long others take. */
const generatorBusy = 0.9;

/** What is answered of a rate that is kept; the rest is the edges of a short span. */
const keptShare = 0.95;

/** What `bench:push` prints: the table, and below it what the figures depend on. */
export function pushToText(result: PushResult, notes: readonly string[]): string {
  const { push, options } = result;
  const rows = [
    ["server CPU per signed request", formatMicroseconds(result.cpuMicrosecondsPerRequest)],
    [
      "requests answered per second",
      `${formatCount(Math.round(push.answeredPerSecond))} of ${formatCount(options.rate)}`,
    ],
    ["HTTP latency, p50 / p99", formatPair(push.latency)],
    ["statuses other than 200", formatStatuses(push.otherStatuses)],
    ["echo latency without push, p50 / p99", formatPair(result.quietEcho)],
    ["echo latency with push, p50 / p99", formatPair(result.loadedEcho)],
    ["publications delivered", `${formatCount(result.received)} of ${formatCount(result.wanted)}`],
    ["generator CPU", `${Math.round(result.generatorShare * 100)} % of a core`],
    ["requests sent after due, p50 / p99", formatPair(push.lateness)],
  ];
  return [
    describe(result),
    "",
    gridToText({ head: ["", "measured"], rows }),
    "",
    ...notes,
    ...warningsOf(result),
  ].join("\n");
}

function warningsOf({ push, options, generatorShare }: PushResult): readonly string[] {
  if (generatorShare > generatorBusy) {
    return ["The generator used its core up, so latencies are its own; ask for a lower --rate."];
  }
  // What failed is told anyway.
  if (push.failures.length > 0 || push.answeredPerSecond >= options.rate * keptShare) return [];
  return [
    "The server did not keep up, so latencies only tell how the queue grew; ask for a lower --rate.",
  ];
}

function describe({ options: { rate, seconds, connections, sockets } }: PushResult): string {
  return (
    `${formatCount(rate)} signed requests/s over ${connections} connections, each a publication of ` +
    `${publicationBytes} bytes to one of ${topicCount} topics with ${subscribersPerTopic} subscribers; ` +
    `${sockets} sockets that echo once a second; ${seconds} s`
  );
}

function formatMicroseconds(us: number | undefined): string {
  return us === undefined ? noFigure : `${formatNumber(us)} µs`;
}

function formatPair(pair: LatencyPair | undefined): string {
  if (pair === undefined) return noFigure;
  return `${formatNumber(pair.p50Us / 1_000)} / ${formatNumber(pair.p99Us / 1_000)} ms`;
}

function formatStatuses(statuses: ReadonlyMap<number, number>): string {
  if (statuses.size === 0) return "none";
  return [...statuses].map(([status, count]) => `${status}: ${formatCount(count)}`).join(", ");
}

function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}
