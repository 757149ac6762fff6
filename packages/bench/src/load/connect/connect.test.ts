import { afterEach, describe, expect, it } from "vitest";
import type { ConnectSettings } from "../../contract/settings.ts";
import type { Scenario } from "../scenario.ts";
import { TestServer, type TestServerOptions } from "../test-server.test-helper.ts";
import {
  bareAdapter,
  commonSettings,
  countLatencies,
  wholeShare,
} from "../worker-share.test-helper.ts";
import { createConnect } from "./connect.ts";

let server: TestServer;
let scenario: Scenario;

afterEach(async () => {
  await scenario.release();
  await server.close();
});

async function start(options: TestServerOptions, changes: Partial<ConnectSettings> = {}) {
  server = await TestServer.listen(options);
  const common = commonSettings(server.url, 10);
  const settings: ConnectSettings = { ...common, scenario: "connect", holdMs: 0, ...changes };
  scenario = createConnect(wholeShare(settings), bareAdapter);
  await scenario.open();
  scenario.warmUp();
}

describe("createConnect", () => {
  it("opens nothing before the measured phase", async () => {
    await start({});
    expect(scenario.connections()).toMatchObject({ attempted: 0, opened: 0 });
    expect(server.attempts).toBe(0);
  });

  it("opens all connections, times the handshakes and holds what is open", async () => {
    await start({});
    scenario.measure();
    const result = await scenario.finished;
    expect(result?.connections).toEqual({ attempted: 10, opened: 10, failed: {}, lost: {} });
    expect(countLatencies(result?.handshakes)).toBe(10);
    expect(result?.measuredMs).toBeGreaterThan(0);
    expect(result?.bytesSent).toBeGreaterThan(10 * 100);
    expect(server.connections.size).toBe(10);
    expect(scenario.holds).toBe(true);
  });

  it("never has more handshakes in progress than wanted", async () => {
    const held: number[] = [];
    let inProgress = 0;
    const admit = (): void => {
      held.push(server.admit());
      inProgress = 0;
    };
    await start(
      {
        handshake: (attempt) => {
          inProgress += 1;
          if (inProgress === 3 || attempt === 10) setImmediate(admit);
          return "hold";
        },
      },
      { concurrency: 3 },
    );
    scenario.measure();
    await scenario.finished;
    expect(held).toEqual([3, 3, 3, 1]);
  });

  it("tells failed attempts by their reasons and ends all the same", async () => {
    await start({
      handshake: (attempt) => (attempt % 5 === 0 ? 503 : attempt === 1 ? "drop" : "accept"),
    });
    scenario.measure();
    const { connections } = (await scenario.finished) ?? {};
    expect(connections).toMatchObject({ attempted: 10, opened: 7 });
    const failed = Object.entries(connections?.failed ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    expect(failed).toEqual([
      [expect.stringContaining("ECONNRESET"), 1],
      [expect.stringContaining("503"), 2],
    ]);
    expect(scenario.takeProgress()).toMatchObject({ requests: 10, replies: 7, open: 7, faults: 3 });
  });

  it("counts a connection that the server closes while it is held as lost", async () => {
    await start({});
    scenario.measure();
    await scenario.finished;
    const [first] = server.connections;
    first?.close(1001, "away");
    await server.nextDisconnect();
    expect(scenario.connections().lost).toEqual({
      'closed by the server: 1001 going away "away"': 1,
    });
    expect(scenario.takeProgress()).toMatchObject({ open: 9, faults: 1 });
  });

  it("closes all connections in order on release", async () => {
    await start({});
    scenario.measure();
    await scenario.finished;
    await scenario.release();
    expect(server.closeFrames).toBe(10);
  });

  it("reports the handshakes since the last progress", async () => {
    await start({});
    scenario.measure();
    await scenario.finished;
    expect(scenario.takeProgress()).toMatchObject({ requests: 10, replies: 10, open: 10 });
    expect(scenario.takeProgress()).toMatchObject({ requests: 0, replies: 0, open: 10 });
  });
});
