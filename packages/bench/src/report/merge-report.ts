import type { GeneratorUsage, Report, ServerUsage } from "../contract/report.ts";
import type { WorkerResult } from "../contract/worker-messages.ts";
import { findFailures } from "./failures.ts";
import { loopKind } from "./loop-kind.ts";
import { mergeConnections, mergeLatencies, mergeMessages, sum } from "./merge-counts.ts";
import { mergeStorms } from "./merge-storms.ts";
import type { ReportFacts } from "./report-facts.ts";
import type { RunRecord } from "./run-record.ts";
import { findWarnings } from "./warnings.ts";

/** The report of a run, from what the coordinator and its workers have seen. */
export function mergeReport(record: RunRecord): Report {
  const { results } = record;
  const facts = mergeFacts(record);
  const notes = [...record.warnings, ...results.flatMap((result) => result.warnings)];
  return {
    ...facts,
    warnings: [...new Set([...notes, ...findWarnings(facts, record)])],
    failures: findFailures(facts),
  };
}

function mergeFacts(record: RunRecord): ReportFacts {
  const { settings, results, measuredSeconds, drift } = record;
  const connections = mergeConnections(results.map((result) => result.connections));
  const messages = mergeMessages(results.map((result) => result.messages));
  const durationSeconds = duration(record);
  const done = loopKind(settings) === "none" ? connections.opened : messages.replies;
  const latency = mergeLatencies(results.map((result) => result.latencies));
  const handshake = mergeLatencies(results.map((result) => result.handshakes));
  const storms = mergeStorms(results);
  const server = serverUsage(record, done, connections.opened);
  return {
    tool: { name: "windlass-bench", version: record.version },
    startedAt: record.startedAt.toISOString(),
    node: process.version,
    settings,
    loop: loopKind(settings),
    durationSeconds,
    connections,
    messages,
    bytesSent: sum(results, (result) => result.bytesSent),
    bytesReceived: sum(results, (result) => result.bytesReceived),
    messagesPerSecond: durationSeconds > 0 ? done / durationSeconds : 0,
    ...(latency === undefined || loopKind(settings) === "none" ? {} : { latency }),
    ...(handshake === undefined ? {} : { handshake }),
    ...(server === undefined ? {} : { server }),
    generator: generatorUsage(record, measuredSeconds),
    timeline: record.timeline,
    ...(drift === undefined ? {} : { drift }),
    ...(storms.length === 0 ? {} : { storms }),
  };
}

/** As the slowest worker saw it; by the clock of the coordinator when the workers do not know. */
function duration({ results, measuredSeconds }: RunRecord): number {
  const longestMs = Math.max(0, ...results.map((result) => result.measuredMs));
  return longestMs > 0 ? longestMs / 1_000 : measuredSeconds;
}

function serverUsage(record: RunRecord, done: number, held: number): ServerUsage | undefined {
  const { server, settings, measuredSeconds } = record;
  if (server === undefined) return undefined;
  const { cpuErrorSeconds: _, ...read } = server;
  const growth = server.rssAfterBytes - server.rssBeforeBytes;
  return {
    ...read,
    cpuSecondsPerMillion: done > 0 ? (server.cpuSeconds / done) * 1e6 : 0,
    cpuShare: measuredSeconds > 0 ? server.cpuSeconds / measuredSeconds : 0,
    ...(settings.scenario === "connect" && held > 0
      ? { rssPerConnectionBytes: growth / held }
      : {}),
  };
}

function generatorUsage(record: RunRecord, seconds: number): GeneratorUsage {
  const { results, coordinatorCpuSeconds } = record;
  const cpuSeconds = sum(results, (result) => result.cpuSeconds) + coordinatorCpuSeconds;
  return {
    workers: results.length,
    cpuSeconds,
    cpuShare: seconds > 0 ? cpuSeconds / seconds : 0,
    busiestWorker: Math.max(0, ...results.map((result: WorkerResult) => result.utilization)),
  };
}
