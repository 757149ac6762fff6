import { LONGEST_US } from "../measure/latencies.ts";
import { formatCount, formatMs, formatNumber, formatPlural, formatShare } from "./format.ts";
import { generatorWarnings } from "./generator-warnings.ts";
import type { ReportFacts } from "./report-facts.ts";
import type { RunRecord } from "./run-record.ts";

/** A run below this says little: compilers and caches are still warming up. */
const SHORT_SECONDS = 3;
/** A soak below this tells nothing about drift. */
const SHORT_SOAK_SECONDS = 60;
/** With fewer handshakes the figures per handshake are noise. */
const FEW_HANDSHAKES = 1_000;
/** CPU readings that may be off by more than this share are told of. */
const COARSE_SHARE = 0.02;
/** Below this, fewer than ten values make up p99.99. */
const FEW_FOR_P9999 = 100_000;

/** What makes the figures less than they seem: sentences, each with what to do about it. */
export function findWarnings(facts: ReportFacts, record: RunRecord): readonly string[] {
  return [
    ...generatorWarnings(facts, record),
    ...loopWarnings(facts),
    ...spanWarnings(facts),
    ...cpuWarnings(facts, record),
    ...latencyWarnings(facts),
    ...messageWarnings(facts),
    ...stormWarnings(facts),
  ];
}

function loopWarnings({ loop }: ReportFacts): readonly string[] {
  if (loop !== "closed") return [];
  return [
    "Closed loop: requests wait for replies, so a stall of the server holds back the very requests that " +
      "would have felt it (coordinated omission), and the high percentiles hide it. Use --rate (open loop) to see stalls.",
  ];
}

function spanWarnings({
  loop,
  durationSeconds,
  connections,
  drift,
}: ReportFacts): readonly string[] {
  if (loop === "none") {
    if (connections.opened >= FEW_HANDSHAKES) return [];
    return [
      `Only ${formatPlural(connections.opened, "handshake")}: figures per handshake need ${formatCount(FEW_HANDSHAKES)} ` +
        "or more. Use more --connections.",
    ];
  }
  const wanted = drift === undefined ? SHORT_SECONDS : SHORT_SOAK_SECONDS;
  if (durationSeconds >= wanted) return [];
  const what = drift === undefined ? "figures settle" : "drift shows";
  return [
    `Measured for ${formatMs(durationSeconds * 1_000)} only: ${what} after ${wanted} s or more. ` +
      "Use a longer --duration.",
  ];
}

function cpuWarnings({ server }: ReportFacts, record: RunRecord): readonly string[] {
  const errorSeconds = record.server?.cpuErrorSeconds ?? 0;
  if (server === undefined || errorSeconds <= server.cpuSeconds * COARSE_SHARE) return [];
  return [
    `This kernel counts CPU time in ticks of 10 ms: ${formatNumber(server.cpuSeconds)} s of the server may be off by ` +
      `${formatNumber(errorSeconds)} s. Use a longer --duration.`,
  ];
}

function latencyWarnings({ latency, handshake, storms = [] }: ReportFacts): readonly string[] {
  const sentences: string[] = [];
  const count = latency?.count ?? FEW_FOR_P9999;
  if (count < FEW_FOR_P9999) {
    const above = Math.max(1, Math.floor(count / 10_000));
    sentences.push(
      `p99.99 rests on ${formatPlural(above, "sample")} out of ${formatCount(count)}: it is chance. ` +
        `Collect ${formatCount(FEW_FOR_P9999)} or more with a longer --duration.`,
    );
  }
  const longest = [latency, handshake, ...storms.map((storm) => storm.backAfter)];
  if (longest.some((summary) => (summary?.maxUs ?? 0) >= LONGEST_US)) {
    sentences.push(
      `Some latencies were longer than ${formatMs(LONGEST_US / 1_000)} and count as that long.`,
    );
  }
  return sentences;
}

function messageWarnings(facts: ReportFacts): readonly string[] {
  const { unexpected } = facts.messages;
  if (unexpected === 0) return [];
  return [
    `${formatPlural(unexpected, "message")} of the server ${unexpected === 1 ? "was" : "were"} no reply and unknown to ` +
      `the adapter. They cost CPU time, too; ${unexpectedHint(facts)}`,
  ];
}

function unexpectedHint({ settings, messages }: ReportFacts): string {
  const adapter = "is --adapter the right one?";
  if (settings.scenario === "broadcast" && !settings.publisherReceives) {
    return `if the server sends messages to their publishers as well, add --publisher-receives; otherwise, ${adapter}`;
  }
  const sends = "format" in settings && messages.replies === 0;
  if (!sends) return adapter;
  const other = settings.format === "text" ? "binary" : "text";
  return `does the server answer ${settings.format} messages with ${other} ones? Otherwise, ${adapter}`;
}

function stormWarnings({ storms = [], connections }: ReportFacts): readonly string[] {
  const failed = storms.reduce((sum, storm) => sum + storm.failedAttempts, 0);
  if (failed === 0) return [];
  const counted = Object.values(connections.failed).reduce((sum, count) => sum + count, 0);
  // Counts that include those of the first opening would not add up here.
  const reasons = Object.entries(connections.failed).map(([why, count]) =>
    counted === failed ? `${formatCount(count)} x ${why}` : why,
  );
  const attempts = storms.reduce((sum, storm) => sum + storm.attempts, 0);
  return [
    `${formatCount(failed)} of ${formatPlural(attempts, "attempt")} to come back failed (${formatShare(failed / attempts)}) ` +
      `and were repeated${reasons.length === 0 ? "" : `: ${reasons.join(", ")}`}. Give clients some --jitter.`,
  ];
}
