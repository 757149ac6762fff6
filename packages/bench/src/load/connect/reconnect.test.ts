import { afterEach, describe, expect, it } from "vitest";
import type { ReconnectSettings } from "../../contract/settings.ts";
import type { WorkerResult } from "../../contract/worker-messages.ts";
import type { Scenario } from "../scenario.ts";
import { TestServer, type TestServerOptions } from "../test-server.test-helper.ts";
import {
  bareAdapter,
  commonSettings,
  decodeLatencies,
  wholeShare,
} from "../worker-share.test-helper.ts";
import { createReconnect } from "./reconnect.ts";

let server: TestServer;
let scenario: Scenario;

afterEach(async () => {
  await scenario.release();
  await server.close();
});

async function start(options: TestServerOptions, changes: Partial<ReconnectSettings> = {}) {
  server = await TestServer.listen(options);
  const settings: ReconnectSettings = {
    ...commonSettings(server.url, 10),
    scenario: "reconnect",
    storms: 1,
    jitterMs: 0,
    restMs: 0,
    ...changes,
  };
  scenario = createReconnect(wholeShare(settings), bareAdapter);
  await scenario.open();
}

async function storms(): Promise<WorkerResult> {
  scenario.measure();
  const result = await scenario.finished;
  if (result === undefined) throw new Error("The scenario does not end by itself.");
  return result;
}

function sum(counts: readonly number[] | undefined): number {
  return (counts ?? []).reduce((total, count) => total + count, 0);
}

describe("createReconnect", () => {
  it("opens all connections before the storms", async () => {
    await start({});
    expect(scenario.connections()).toMatchObject({ attempted: 10, opened: 10 });
    expect(server.connections.size).toBe(10);
  });

  it("drops all and takes the time until each is back, once per storm", async () => {
    await start({}, { storms: 3 });
    const result = await storms();
    expect(server.attempts).toBe(40);
    expect(result.storms).toHaveLength(3);
    for (const storm of result.storms ?? []) {
      expect(storm).toMatchObject({
        dropped: 10,
        reconnected: 10,
        attempts: 10,
        failedAttempts: 0,
      });
      expect(decodeLatencies(storm.latencies)?.count).toBe(10);
      expect(sum(storm.per100Ms)).toBe(10);
      expect(storm.recoveryMs).toBeCloseTo((decodeLatencies(storm.latencies)?.maxUs ?? 0) / 1e3, 0);
    }
  });

  it("counts the handshakes of the storms only", async () => {
    await start({}, { storms: 2 });
    const { connections, handshakes } = await storms();
    expect(connections).toEqual({ attempted: 20, opened: 20, failed: {}, lost: {} });
    expect(decodeLatencies(handshakes)?.count).toBe(20);
    expect(scenario.takeProgress()).toMatchObject({ requests: 20, replies: 20, open: 10 });
  });

  it("spreads the clients over the jitter and counts them in slots of 100 ms", async () => {
    await start({}, { jitterMs: 350 });
    const [storm] = (await storms()).storms ?? [];
    const latencies = decodeLatencies(storm?.latencies);
    expect(sum(storm?.per100Ms)).toBe(10);
    // Ten random delays: the odds that all fall into one slot of the three and a half are nil.
    expect((storm?.per100Ms ?? []).filter((count) => count > 0).length).toBeGreaterThan(1);
    expect(latencies?.maxUs).toBeGreaterThan(100_000);
  });

  it("rests between storms", async () => {
    await start({}, { storms: 3, restMs: 100 });
    const { measuredMs, storms: all = [] } = await storms();
    const stormy = all.reduce((total, { recoveryMs }) => total + recoveryMs, 0);
    expect(measuredMs - stormy).toBeGreaterThan(195);
  });

  it("repeats failed attempts until everybody is back", async () => {
    await start({ handshake: (attempt) => (attempt > 10 && attempt <= 16 ? "drop" : "accept") });
    const result = await storms();
    expect(result.storms).toMatchObject([
      { dropped: 10, reconnected: 10, attempts: 16, failedAttempts: 6 },
    ]);
    expect(result.connections).toMatchObject({ attempted: 16, opened: 10 });
    expect(sum(Object.values(result.connections.failed))).toBe(6);
  });

  it("gives up on a server that does not come back", async () => {
    await start(
      { handshake: (attempt) => (attempt > 10 ? 503 : "accept") },
      { connectTimeoutMs: 60 },
    );
    const [storm] = (await storms()).storms ?? [];
    expect(storm).toMatchObject({ dropped: 10, reconnected: 0, recoveryMs: 0, latencies: "" });
    expect(storm?.failedAttempts).toBeGreaterThanOrEqual(10);
    expect(storm?.attempts).toBe(storm?.failedAttempts);
  });

  it("does not forget who could not connect in the first place, and drops the others", async () => {
    await start({ handshake: (attempt) => (attempt === 4 ? 503 : "accept") });
    const result = await storms();
    expect(result.storms).toMatchObject([{ dropped: 9, reconnected: 9 }]);
    expect(result.connections).toMatchObject({ attempted: 10, opened: 9 });
    expect(Object.values(result.connections.failed)).toEqual([1]);
  });

  it("begins no storm after it was released in the rest between two", async () => {
    await start({}, { storms: 2, restMs: 60_000 });
    scenario.measure();
    await expect.poll(() => scenario.takeProgress().open).toBe(10);
    await scenario.release();
    const result = await scenario.finished;
    expect(result?.storms).toMatchObject([{ dropped: 10, reconnected: 10 }]);
  });

  it("counts a connection that the server closes as lost", async () => {
    await start({});
    const gone = server.nextDisconnect();
    const [first] = server.connections;
    first?.close(1012, "");
    await gone;
    const result = await storms();
    expect(result.connections.lost).toEqual({
      "closed by the server: 1012 service restart": 1,
    });
    expect(result.storms).toMatchObject([{ dropped: 9, reconnected: 9 }]);
  });
});
