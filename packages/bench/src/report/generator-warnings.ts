import { formatCount, formatShare } from "./format.ts";
import type { ReportFacts } from "./report-facts.ts";
import type { RunRecord } from "./run-record.ts";

/** A worker whose event loop is busier than this has no time left. */
const BUSY_WORKER = 0.9;
/** A server that uses less than this of one core was not at its limit. */
const BUSY_SERVER = 0.85;
/** An open loop that sends less than this share of its rate is late. */
const KEPT_RATE = 0.98;
/** Server and generator together, as a share of all cores. */
const FULL_MACHINE = 0.95;

/** Whether the figures describe the generator rather than the server. */
export function generatorWarnings(facts: ReportFacts, record: RunRecord): readonly string[] {
  return [...limitWarnings(facts), ...rateWarnings(facts), ...machineWarnings(facts, record)];
}

function limitWarnings({ generator, server }: ReportFacts): readonly string[] {
  if (generator.busiestWorker <= BUSY_WORKER) return [];
  if (server !== undefined && server.cpuShare >= BUSY_SERVER) return [];
  const idle =
    server === undefined
      ? "how busy the server was is not known (give --pid or --spawn)"
      : `the server used ${formatShare(server.cpuShare)} of a core`;
  return [
    `The generator was the limit: its busiest worker was ${formatShare(generator.busiestWorker)} busy, while ${idle}. ` +
      `Throughput and latency describe the generator. Use more --workers (now ${generator.workers}) or more cores.`,
  ];
}

function rateWarnings({ settings, messages, durationSeconds }: ReportFacts): readonly string[] {
  if (settings.scenario === "connect" || settings.scenario === "reconnect") return [];
  if (settings.rate === undefined || durationSeconds <= 0) return [];
  const due = settings.rate * durationSeconds;
  const handled = messages.requests + messages.unsent;
  // The next one may not be due yet.
  if (handled + 1 >= due * KEPT_RATE) return [];
  return [
    `The generator sent ${formatCount(messages.requests / durationSeconds)} of ${formatCount(settings.rate)} messages/s: ` +
      "it could not keep the rate, and its lateness is part of the latencies. Use more --workers or a lower --rate.",
  ];
}

function machineWarnings(
  { generator, server, loop }: ReportFacts,
  { cores }: RunRecord,
): readonly string[] {
  const used = (server?.cpuShare ?? 0) + generator.cpuShare;
  // An open loop spins until messages are due, and leaves the core as soon as somebody wants it.
  if (server === undefined || loop === "open" || used < cores * FULL_MACHINE) return [];
  return [
    `Server and generator used ${formatShare(used / cores)} of the ${cores} cores of this machine and took them from each other: ` +
      "latencies are too high. Trust the CPU time per message, or use fewer --workers or another machine.",
  ];
}
