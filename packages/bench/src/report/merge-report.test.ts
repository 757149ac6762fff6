import { describe, expect, it } from "vitest";
import { mergeReport } from "./merge-report.ts";
import {
  answered,
  connectionsOf,
  connectSettings,
  encodedLatencies,
  noMessages,
  openSettings,
  reconnectSettings,
  reportOf,
  runRecord,
  workerResult,
} from "./report.test-helper.ts";

describe("mergeReport", () => {
  it("adds up workers and divides by the measured phase", () => {
    expect(reportOf()).toMatchObject({
      tool: { name: "windlass-bench", version: "1.2.3" },
      startedAt: "2026-01-02T03:04:05.000Z",
      loop: "closed",
      durationSeconds: 10,
      connections: { attempted: 100, opened: 100 },
      messages: { requests: 200_000, expected: 200_000, replies: 200_000, missing: 0 },
      bytesSent: 5_200_000,
      bytesReceived: 4_400_000,
      messagesPerSecond: 20_000,
      failures: [],
    });
  });

  it("gives the server's CPU time per million replies and as a share of a core", () => {
    const { server } = reportOf();
    expect(server).toMatchObject({
      pid: 4_242,
      cpuSeconds: 2,
      cpuSecondsPerMillion: 10,
      cpuShare: 0.2,
    });
    expect(server).not.toHaveProperty("cpuErrorSeconds");
    expect(server).not.toHaveProperty("rssPerConnectionBytes");
  });

  it("counts the coordinator among the generator", () => {
    const results = [workerResult({ utilization: 0.4 }), workerResult({ utilization: 0.7 })];
    expect(reportOf({ results }).generator).toEqual({
      workers: 2,
      cpuSeconds: 6.5,
      cpuShare: 0.65,
      busiestWorker: 0.7,
    });
  });

  it("leaves out what is not known", () => {
    const { server: _, ...record } = runRecord();
    const report = mergeReport(record);
    expect(report).not.toHaveProperty("server");
    expect(report).not.toHaveProperty("latency");
    expect(report).not.toHaveProperty("handshake");
    expect(report).not.toHaveProperty("storms");
    expect(report).not.toHaveProperty("drift");
  });

  it("merges the histograms of all workers", () => {
    const results = [
      workerResult({ latencies: encodedLatencies([100, 100, 100]) }),
      workerResult({ latencies: encodedLatencies([900]), handshakes: encodedLatencies([50]) }),
    ];
    const report = reportOf({ results });
    expect(report.latency).toMatchObject({
      count: 4,
      p50Us: 100,
      p75Us: 100,
      p90Us: 900,
      maxUs: 900,
    });
    expect(report.handshake).toMatchObject({ count: 1, p50Us: 50 });
  });

  it("is about handshakes and memory per connection for connect", () => {
    const worker = workerResult({
      connections: connectionsOf(5_000),
      messages: noMessages,
      measuredMs: 2_000,
      handshakes: encodedLatencies([10]),
    });
    const report = reportOf({
      settings: connectSettings,
      results: [worker, worker],
      measuredSeconds: 2,
    });
    expect(report.loop).toBe("none");
    expect(report.messagesPerSecond).toBe(5_000);
    expect(report.server?.cpuSecondsPerMillion).toBe(200);
    expect(report.server?.rssPerConnectionBytes).toBe((10 * 1_048_576) / 10_000);
    expect(report.failures).toEqual([]);
  });

  it("calls a run at a rate an open loop", () => {
    expect(reportOf({ settings: openSettings }).loop).toBe("open");
  });

  it("counts as missing what no worker could see missing", () => {
    const publisher = workerResult({ messages: { ...answered(10), expected: 40, replies: 20 } });
    const subscribers = workerResult({ messages: { ...noMessages, replies: 15 } });
    const report = reportOf({ results: [publisher, subscribers] });
    expect(report.messages).toMatchObject({ expected: 40, replies: 35, missing: 5 });
    expect(report.failures).toEqual(["5 of 40 expected replies never came."]);
  });

  it("has no less than nothing missing when too much came", () => {
    const messages = { ...answered(1_000), replies: 1_001, missing: -1 };
    expect(reportOf({ results: [workerResult({ messages })] }).messages.missing).toBe(0);
  });

  it("merges storms slot by slot", () => {
    const storm = (per100Ms: number[], recoveryMs: number) => ({
      dropped: 50,
      reconnected: 50,
      attempts: 51,
      failedAttempts: 1,
      recoveryMs,
      latencies: encodedLatencies(per100Ms.map((count) => count * 1_000)),
      per100Ms,
    });
    const results = [
      workerResult({
        storms: [storm([10, 20], 150)],
        connections: connectionsOf(50, { failed: { x: 1 } }),
      }),
      workerResult({
        storms: [storm([5, 15, 30], 290)],
        connections: connectionsOf(50, { failed: { x: 1 } }),
      }),
    ];
    const report = reportOf({ settings: reconnectSettings, results });
    expect(report.storms).toHaveLength(1);
    expect(report.storms?.[0]).toMatchObject({
      dropped: 100,
      reconnected: 100,
      attempts: 102,
      failedAttempts: 2,
      recoveryMs: 290,
      peakPer100Ms: 35,
      backAfter: { count: 5 },
    });
    expect(report.failures).toEqual([]);
    expect(report.warnings.join()).toContain("2 of 102 attempts to come back failed (2 %)");
  });

  it("says each warning once, those of workers and of the coordinator as well", () => {
    const results = [workerResult({ warnings: ["odd"] }), workerResult({ warnings: ["odd"] })];
    const { warnings } = reportOf({ results, warnings: ["late"] });
    expect(warnings.filter((warning) => warning === "odd")).toHaveLength(1);
    expect(warnings).toContain("late");
  });
});
