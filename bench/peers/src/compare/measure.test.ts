import type { Report } from "@windlass/bench";
import { describe, expect, it } from "vitest";
import { failuresOf, figuresOf } from "./measure.ts";
import { type PeerScenario, quickExtent, scenarios } from "./scenarios.ts";

function scenarioNamed(name: string): PeerScenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario ${name}`);
  return found;
}

const target = { url: "ws://127.0.0.1:1/echo", adapter: "plain", subprotocols: ["p"], pid: 1 };
const latency = {
  count: 10,
  meanUs: 50,
  p50Us: 40,
  p75Us: 60,
  p90Us: 70,
  p99Us: 90,
  p999Us: 95,
  p9999Us: 99,
  maxUs: 100,
  curve: [],
};

function report(scenario: PeerScenario, changes: Partial<Report> = {}): Report {
  return {
    tool: { name: "windlass-bench", version: "0" },
    startedAt: "2026-11-21T07:00:00.000Z",
    node: "20",
    settings: scenario.settings(target, quickExtent),
    loop: "closed",
    durationSeconds: 1,
    connections: { attempted: 5, opened: 5, failed: {}, lost: {} },
    messages: {
      requests: 10,
      expected: 10,
      replies: 10,
      missing: 0,
      duplicated: 0,
      outOfOrder: 0,
      corrupted: 0,
      unexpected: 0,
      unsent: 0,
    },
    bytesSent: 0,
    bytesReceived: 0,
    messagesPerSecond: 10,
    latency,
    server: {
      pid: 1,
      cpuSeconds: 1,
      cpuSecondsPerMillion: 7,
      cpuShare: 0.9,
      rssBeforeBytes: 0,
      rssAfterBytes: 0,
      rssPeakBytes: 0,
      rssPerConnectionBytes: 700,
    },
    generator: { workers: 1, cpuSeconds: 1, cpuShare: 0.5, busiestWorker: 0.95 },
    timeline: [],
    warnings: [],
    failures: [],
    ...changes,
  };
}

const echo = scenarioNamed("echo-20-1");
const broadcast = scenarioNamed("broadcast-1000");
const connect = scenarioNamed("connect");
const memory = scenarioNamed("memory-bare");

describe("figuresOf", () => {
  it("takes cost, rate, latency and counts from the report", () => {
    expect(figuresOf(report(echo), echo, 3)).toEqual({
      round: 3,
      messagesPerSecond: 10,
      cpuSecondsPerMillion: 7,
      p50Us: 40,
      p99Us: 90,
      requests: 10,
      replies: 10,
      isGeneratorBound: false,
    });
  });

  it("counts deliveries, not publications, as wanted", () => {
    const { messages } = report(broadcast);
    const many = { ...messages, requests: 10, expected: 10_000, replies: 10_000 };
    const seen = figuresOf(report(broadcast, { messages: many }), broadcast, 0);
    expect(seen).toMatchObject({ requests: 10_000, replies: 10_000 });
  });

  it("counts handshakes and takes their latency where there are no messages", () => {
    const { latency: _, ...rest } = report(connect);
    const seen = figuresOf({ ...rest, handshake: { ...latency, p50Us: 300 } }, connect, 0);
    expect(seen).toMatchObject({ requests: 5, replies: 5, p50Us: 300 });
    expect(seen).not.toHaveProperty("rssPerConnectionBytes");
  });

  it("has memory in the memory scenarios", () => {
    expect(figuresOf(report(memory), memory, 0).rssPerConnectionBytes).toBe(700);
  });

  it("says when the generator was busy and the server was not", () => {
    const { server } = report(echo);
    if (server === undefined) throw new Error("the report lacks the server");
    const idle = report(echo, { server: { ...server, cpuShare: 0.5 } });
    expect(figuresOf(idle, echo, 0).isGeneratorBound).toBe(true);
  });

  it("refuses a report without the server's CPU time, with the reason", () => {
    const { server: _, ...rest } = report(echo, { warnings: ["there is no /proc"] });
    expect(() => figuresOf(rest, echo, 0)).toThrow(/CPU time: there is no \/proc/);
  });
});

describe("failuresOf", () => {
  it("is silent when all came back", () => {
    expect(failuresOf(report(echo))).toEqual([]);
  });

  it("passes on what the report says", () => {
    expect(failuresOf(report(echo, { failures: ["2 replies are missing"] }))).toEqual([
      "2 replies are missing",
    ]);
  });

  it("finds a sum that is not right by itself", () => {
    const { messages } = report(echo);
    const [failure] = failuresOf(report(echo, { messages: { ...messages, replies: 9 } }));
    expect(failure).toContain("10 replies were wanted and 9 came");
  });

  it("misses a handshake", () => {
    const connections = { attempted: 5, opened: 4, failed: {}, lost: {} };
    expect(failuresOf(report(connect, { connections }))).toHaveLength(1);
  });
});

describe("scenarios", () => {
  it("have names of their own, fit for files and --only", () => {
    const names = scenarios.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9-]+$/);
  });

  it("say their own name in the settings they give", () => {
    for (const scenario of scenarios) {
      const settings = scenario.settings(target, quickExtent);
      expect(["echo", "broadcast", "connect"]).toContain(settings.scenario);
      const wanted = { origin: "http://bench.example", pid: 1, subprotocols: ["p"] };
      expect(settings).toMatchObject(wanted);
    }
  });
});
