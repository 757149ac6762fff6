import { describe, expect, it } from "vitest";
import type { BenchSettings } from "../contract/settings.ts";
import type { ToWorker } from "../contract/worker-messages.ts";
import {
  connectionsOf,
  connectSettings,
  echoSettings,
  reconnectSettings,
  soakSettings,
  workerResult,
} from "../report/report.test-helper.ts";
import { Crew } from "./crew.ts";
import { type FakeWorker, fakeWorkers, obedient } from "./fake-workers.test-helper.ts";
import { Monitor } from "./monitor.ts";
import { runPhases } from "./phases.ts";
import { RunControl } from "./run-control.ts";
import { splitShares } from "./shares.ts";

const brief = { workers: 2, warmupMs: 5, durationMs: 40 };

/** A server whose CPU time and memory grow with every look: 1 s and 100 bytes. */
function growingServer() {
  let looks = 0;
  return {
    pid: 7,
    warnings: [],
    read: () => {
      looks += 1;
      return { cpuSeconds: looks, rssBytes: looks * 100, cpuErrorSeconds: 0 };
    },
    stop: async () => {},
  };
}

function run(settings: BenchSettings, behave?: (worker: FakeWorker, message: ToWorker) => void) {
  const control = new RunControl();
  const phases: string[] = [];
  const events = { phase: (phase: string) => phases.push(phase) };
  const { workers, start } = fakeWorkers(behave);
  const monitor = new Monitor(events as never, control);
  const shares = splitShares(settings, { localAddresses: [], address: "127.0.0.1" });
  const crew = new Crew({ shares, start, control, onProgress: monitor.add.bind(monitor) });
  const server = growingServer();
  const done = runPhases({ settings, crew, monitor, control, server, events: events as never });
  return { done: done.finally(() => monitor.end()), workers, phases, control };
}

describe("runPhases", () => {
  it("leads workers from opening to the result", async () => {
    const { done, workers, phases } = run({ ...echoSettings, ...brief });
    const findings = await done;
    expect(phases).toEqual(["connecting", "warm-up", "measuring", "draining"]);
    expect(workers.map(({ heard }) => heard)).toEqual(
      Array(2).fill(["begin", "warmUp", "measure", "stop"]),
    );
    expect(findings.results).toHaveLength(2);
    expect(findings.measuredSeconds).toBeGreaterThanOrEqual(0.039);
    expect(findings.measuredSeconds).toBeLessThan(2);
  });

  it("reads the server at the beginning and at the end of the measured phase", async () => {
    const { server } = await run({ ...echoSettings, ...brief }).done;
    expect(server).toEqual({
      pid: 7,
      cpuSeconds: 1,
      cpuErrorSeconds: 0,
      rssBeforeBytes: 100,
      rssAfterBytes: 200,
      rssPeakBytes: 200,
    });
  });

  it("holds what connect opened before it reads memory, and then lets go", async () => {
    const { done, workers, phases } = run(
      { ...connectSettings, workers: 1, holdMs: 20 },
      (worker, message) => {
        if (message.kind === "begin") worker.say({ kind: "opened", connections: connectionsOf(0) });
        if (message.kind === "measure") worker.say({ kind: "held" });
        if (message.kind === "release") worker.say({ kind: "result", result: workerResult() });
      },
    );
    const { server } = await done;
    expect(phases).toEqual(["connecting", "measuring", "holding"]);
    expect(workers[0]?.heard).toEqual(["begin", "measure", "release"]);
    expect(server).toMatchObject({ cpuSeconds: 1, rssBeforeBytes: 100, rssAfterBytes: 300 });
  });

  it("waits for reconnect to end by itself", async () => {
    const { done, workers } = run({ ...reconnectSettings, workers: 1 }, (worker, message) => {
      if (message.kind === "measure") worker.say({ kind: "result", result: workerResult() });
      else obedient(worker, message);
    });
    await done;
    expect(workers[0]?.heard).toEqual(["begin", "measure"]);
  });

  it("has a point of the timeline for each interval of a soak", async () => {
    const settings = { ...soakSettings, ...brief, durationMs: 100, intervalMs: 20 };
    const { timeline } = await run(settings).done;
    expect(timeline.length).toBeGreaterThanOrEqual(2);
    expect(timeline.every((point) => point.serverRssBytes !== null)).toBe(true);
  });

  it("gives up when no connection opened, with the reason", async () => {
    const { done } = run({ ...echoSettings, ...brief }, (worker) => {
      const connections = connectionsOf(0, {
        attempted: 50,
        failed: { "handshake answered 503": 50 },
      });
      worker.say({ kind: "opened", connections });
    });
    await expect(done).rejects.toThrow(
      "None of 100 connections to ws://127.0.0.1:9001/ opened: handshake answered 503.",
    );
  });

  it("stops waiting as soon as the run is ended", async () => {
    const { done, control, workers } = run(
      { ...echoSettings, ...brief, durationMs: 3_600_000 },
      (worker, message) => {
        obedient(worker, message);
        if (message.kind === "measure") control.fail(new Error("interrupted"));
      },
    );
    await expect(done).rejects.toThrow("interrupted");
    expect(workers[0]?.heard).not.toContain("stop");
  });
});
