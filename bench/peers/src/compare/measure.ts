import { BenchError, type Report, runBench } from "@windlass/bench";
import type { RoundFigures } from "./result.ts";
import type { RunningPeer } from "./running-peer.ts";
import type { Extent, PeerScenario } from "./scenarios.ts";

/** One measurement of one server. */
export interface Measurement {
  readonly figures: RoundFigures;
  /** Sentences: what the server did wrong. */
  readonly failures: readonly string[];
}

/** How one measurement is to be done. */
export interface MeasurePlan {
  readonly extent: Extent;
  /** From 0. */
  readonly round: number;
  /** The server has run this scenario before. */
  readonly isWarm: boolean;
}

/** A busier generator leaves a server that is not busy waiting. */
const generatorBusy = 0.9;
const serverBusy = 0.85;

/**
 * Loads one server with one scenario.
 *
 * @throws BenchError (as a rejection) when no measurement came about
 */
export async function measure(
  running: RunningPeer,
  scenario: PeerScenario,
  { extent, round, isWarm }: MeasurePlan,
): Promise<Measurement> {
  const target = running.target(scenario.path);
  // The first collection of a process moves its memory up or down by itself; it must not be the one
  // before memory is read.
  await running.collectGarbage();
  const warmUp = isWarm ? undefined : scenario.warmUp?.(target, extent);
  const warmUpFailures = warmUp === undefined ? [] : (await runBench(warmUp)).failures;
  await running.collectGarbage();
  const report = await runBench(scenario.settings(target, extent));
  return {
    figures: figuresOf(report, scenario, round),
    failures: [...warmUpFailures, ...failuresOf(report)],
  };
}

/** @throws BenchError when the report lacks what the comparison is about */
export function figuresOf(report: Report, scenario: PeerScenario, round: number): RoundFigures {
  const { server, generator, messagesPerSecond } = report;
  const latency = report.latency ?? report.handshake;
  if (server === undefined || latency === undefined) {
    const missing = server === undefined ? "the server's CPU time" : "latencies";
    const [warning = "there was no load"] = report.warnings;
    throw new BenchError(`The report of ${scenario.name} lacks ${missing}: ${warning}`);
  }
  const { rssPerConnectionBytes } = server;
  const isMemory = scenario.mainFigure === "rssPerConnectionBytes";
  return {
    round,
    messagesPerSecond,
    cpuSecondsPerMillion: server.cpuSecondsPerMillion,
    p50Us: latency.p50Us,
    p99Us: latency.p99Us,
    ...(isMemory && rssPerConnectionBytes !== undefined && { rssPerConnectionBytes }),
    ...countsOf(report),
    isGeneratorBound: generator.busiestWorker > generatorBusy && server.cpuShare < serverBusy,
  };
}

/** The faults that the report names, and a sum that is not right without one. */
export function failuresOf(report: Report): readonly string[] {
  const { requests, replies } = countsOf(report);
  if (report.failures.length > 0 || requests === replies) return report.failures;
  return [`${requests} replies were wanted and ${replies} came; run the scenario alone to see why`];
}

function countsOf({ settings, connections, messages }: Report) {
  return settings.scenario === "connect"
    ? { requests: connections.attempted, replies: connections.opened }
    : { requests: messages.expected, replies: messages.replies };
}
