import { describe, expect, it } from "vitest";
import type { WorkerResult } from "../contract/worker-messages.ts";
import { LONGEST_US } from "../measure/latencies.ts";
import { mergeReport } from "./merge-report.ts";
import {
  answered,
  broadcastSettings,
  connectionsOf,
  connectSettings,
  encodedLatencies,
  openSettings,
  reportOf,
  runRecord,
  serverRecord,
  soakSettings,
  workerResult,
} from "./report.test-helper.ts";
import type { RunRecord } from "./run-record.ts";

/** All warnings in one text. */
function warningsOf(record: Partial<RunRecord>, worker: Partial<WorkerResult> = {}): string {
  return reportOf({ results: [workerResult(worker)], ...record }).warnings.join("\n");
}

describe("findWarnings", () => {
  it("labels a closed loop as hiding stalls, and an open one not", () => {
    expect(warningsOf({})).toContain("coordinated omission");
    expect(warningsOf({ settings: openSettings })).not.toContain("coordinated omission");
  });

  it("has nothing else to say of a healthy run", () => {
    expect(reportOf().warnings).toHaveLength(1);
  });

  it("says when the generator was the limit, with both figures and what to do", () => {
    const warnings = warningsOf({}, { utilization: 0.97 });
    expect(warnings).toContain("The generator was the limit");
    expect(warnings).toContain("97 % busy");
    expect(warnings).toContain("the server used 20 % of a core");
    expect(warnings).toContain("--workers (now 1)");
  });

  it("does not blame the generator when the server was as busy", () => {
    const server = { ...serverRecord, cpuSeconds: 9 };
    expect(warningsOf({ server }, { utilization: 0.97 })).not.toContain("The generator was");
  });

  it("blames the generator when the server is not known", () => {
    const { server: _, ...record } = runRecord({ results: [workerResult({ utilization: 0.97 })] });
    expect(mergeReport(record).warnings.join("\n")).toContain("give --pid or --spawn");
  });

  it("says when the rate was not kept", () => {
    const warnings = warningsOf({ settings: openSettings }, { messages: answered(40_000) });
    expect(warnings).toContain("The generator sent 4,000 of 5,000 messages/s");
    expect(warningsOf({ settings: openSettings }, { messages: answered(50_000) })).not.toContain(
      "generator sent",
    );
  });

  it("waits for the next message of a slow rate before it calls it late", () => {
    const settings = { ...openSettings, rate: 0.25 };
    expect(warningsOf({ settings }, { messages: answered(2) })).not.toContain("generator sent");
    expect(warningsOf({ settings }, { messages: answered(1) })).toContain("generator sent");
  });

  it("says when server and generator took the cores from each other", () => {
    const server = { ...serverRecord, cpuSeconds: 9.5 };
    expect(warningsOf({ server, cores: 1 })).toContain("took them from each other");
    expect(warningsOf({ server, cores: 2 })).not.toContain("took them from each other");
  });

  it("says when CPU ticks are too coarse for the run", () => {
    const server = { ...serverRecord, cpuSeconds: 0.2, cpuErrorSeconds: 0.02 };
    expect(warningsOf({ server })).toContain("may be off by 0.0200 s");
    expect(warningsOf({ server: { ...server, cpuSeconds: 9 } })).not.toContain("may be off");
  });

  it("says when the phase was short", () => {
    expect(warningsOf({}, { measuredMs: 900 })).toContain("Measured for 900 ms only");
  });

  it("says when a soak was too short for its drift", () => {
    const drift = { p50Ratio: 1, p99Ratio: 1, rssGrowthBytes: null, rssBytesPerHour: null };
    expect(warningsOf({ settings: soakSettings, drift })).toContain("drift shows after 60 s");
  });

  it("says when there were few handshakes", () => {
    const few = { connections: connectionsOf(10) };
    expect(warningsOf({ settings: connectSettings }, few)).toContain("Only 10 handshakes");
  });

  it("says how many samples p99.99 rests on", () => {
    const few = { latencies: encodedLatencies(Array.from({ length: 30_000 }, () => 5)) };
    expect(warningsOf({}, few)).toContain("p99.99 rests on 3 samples out of 30,000");
    const many = { latencies: encodedLatencies(Array.from({ length: 100_000 }, () => 5)) };
    expect(warningsOf({}, many)).not.toContain("p99.99");
  });

  it("says when latencies were beyond the range", () => {
    expect(warningsOf({}, { latencies: encodedLatencies([2 * LONGEST_US]) })).toContain(
      "longer than 2 min",
    );
  });

  it("says when the server sent messages that nobody asked for", () => {
    const messages = { ...answered(100), unexpected: 4 };
    expect(warningsOf({}, { messages })).toContain("4 messages of the server were no reply");
    expect(warningsOf({}, { messages })).toContain("unknown to the adapter");
  });

  it("asks whether the server answers with the other kind of message when no reply came", () => {
    const messages = { ...answered(100), replies: 0, missing: 100, unexpected: 100 };
    const other = "text messages with binary ones";
    expect(warningsOf({}, { messages })).toContain(other);
    expect(warningsOf({}, { messages: { ...answered(100), unexpected: 1 } })).not.toContain(other);
  });

  it("names the option for servers that send messages to their publishers", () => {
    const messages = { ...answered(100), unexpected: 100 };
    const settings = broadcastSettings;
    expect(warningsOf({ settings }, { messages })).toContain("add --publisher-receives");
    const told = { ...settings, publisherReceives: true };
    expect(warningsOf({ settings: told }, { messages })).not.toContain("--publisher-receives");
  });
});
