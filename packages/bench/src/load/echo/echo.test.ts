import { afterEach, describe, expect, it } from "vitest";
import type { EchoSettings } from "../../contract/settings.ts";
import { echoShare } from "../echo-share.test-helper.ts";
import { startWireServer, type WirePeer } from "../wire-server.test-helper.ts";
import { bareAdapter, countLatencies, decodeLatencies } from "../worker-share.test-helper.ts";
import { createEcho } from "./echo.ts";

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

type Answer = (peer: WirePeer, opcode: number, payload: Buffer, count: number) => void;

/** A scenario on a server that counts messages from 1; `reached` waits for its n-th message. */
async function prepare(answer: Answer, settings: Partial<EchoSettings> = {}) {
  let count = 0;
  const waiting: { readonly wanted: number; readonly resolve: () => void }[] = [];
  const server = await startWireServer({
    frame: (peer, opcode, payload) => {
      if (opcode === 8) peer.socket.end();
      if (opcode !== 1 && opcode !== 2) return;
      count += 1;
      answer(peer, opcode, payload, count);
      for (const { wanted, resolve } of waiting) if (count >= wanted) resolve();
    },
  });
  const scenario = createEcho(echoShare(server.url, settings), bareAdapter);
  cleanups.push(
    () => server.close(),
    () => scenario.release(),
  );
  const reached = (wanted: number) =>
    new Promise<void>((resolve) => waiting.push({ wanted: count + wanted, resolve }));
  return { scenario, server, reached, received: () => count };
}

const echo: Answer = (peer, opcode, payload) => peer.send(opcode, payload);
const none = { missing: 0, duplicated: 0, outOfOrder: 0, corrupted: 0, unexpected: 0, unsent: 0 };

describe.each([
  ["closed loop", 200, 26, {}],
  ["open loop", 200, 26, { rate: 2_000 }],
  [
    "closed loop with large messages",
    20,
    70_014,
    { messageBytes: 70_000, inFlight: 2, format: "binary" },
  ],
] as const)("echo, %s", (_, count, frameBytes, settings) => {
  it("gets one reply to each request, exactly", async () => {
    const { scenario, reached, received } = await prepare(echo, settings);
    await scenario.open();
    expect(scenario.connections()).toEqual({ attempted: 4, opened: 4, failed: {}, lost: {} });
    scenario.warmUp();
    await reached(count);
    const sentBefore = scenario.takeProgress().requests;
    scenario.measure();
    await reached(2 * count);
    const { messages, ...result } = await scenario.stop();
    expect(messages).toEqual({
      requests: messages.replies,
      expected: messages.replies,
      replies: messages.replies,
      ...none,
    });
    expect(sentBefore + messages.requests).toBe(received());
    expect(messages.requests).toBeGreaterThan(count);
    expect(countLatencies(result.latencies)).toBe(messages.replies);
    expect(countLatencies(result.handshakes)).toBe(4);
    expect(result.measuredMs).toBeGreaterThan(0);
    expect(result.bytesSent).toBe(messages.requests * frameBytes);
  });
});

describe("echo", () => {
  it("reports progress since the last one, which adds up to the result", async () => {
    const { scenario, reached } = await prepare(echo);
    await scenario.open();
    scenario.measure();
    scenario.warmUp();
    await reached(100);
    const first = scenario.takeProgress();
    await reached(100);
    const { messages, latencies } = await scenario.stop();
    const second = scenario.takeProgress();
    expect(first).toMatchObject({ open: 4, faults: 0 });
    expect(first.replies + second.replies).toBe(messages.replies);
    expect(first.requests + second.requests).toBe(messages.requests);
    expect(countLatencies(first.latencies)).toBe(first.replies);
    expect(countLatencies(latencies)).toBe(messages.replies);
  });

  it("says what an unreliable server did", async () => {
    const did = { dropped: 0, duplicated: 0, corrupted: 0, chatted: 0 };
    const misdeeds: Record<number, Answer> = {
      0: () => {
        did.dropped += 1;
      },
      20: (peer, opcode, payload) => {
        did.duplicated += 1;
        peer.send(opcode, payload);
        peer.send(opcode, payload);
      },
      40: (peer, opcode, payload) => {
        did.chatted += 1;
        peer.send(1, "somebody joined");
        peer.send(opcode, payload);
      },
      60: (peer, opcode, payload) => {
        did.corrupted += 1;
        peer.send(opcode, payload.subarray(0, -1));
      },
    };
    const { scenario, reached, received } = await prepare((...message) => {
      const misdeed = misdeeds[message[3] % 100] ?? echo;
      misdeed(...message);
    });
    await scenario.open();
    scenario.measure();
    scenario.warmUp();
    await reached(2_000);
    const { messages } = await scenario.stop();
    expect(did.dropped).toBeGreaterThan(10);
    expect(messages).toEqual({
      requests: received(),
      expected: received(),
      replies: received() - did.dropped,
      missing: did.dropped,
      duplicated: did.duplicated,
      outOfOrder: 0,
      corrupted: did.corrupted,
      unexpected: did.chatted,
      unsent: 0,
    });
  });

  it("counts what was outstanding on a lost connection as missing and goes on with the rest", async () => {
    const { scenario, server, reached, received } = await prepare(
      (peer, opcode, payload, count) => {
        if (count > 100 && peer === server.peers[0]) peer.socket.destroy();
        else if (!peer.socket.destroyed) peer.send(opcode, payload);
      },
    );
    await scenario.open();
    scenario.measure();
    scenario.warmUp();
    await reached(300);
    const { connections, messages } = await scenario.stop();
    expect(Object.values(connections.lost)).toEqual([1]);
    expect(messages.missing).toBeGreaterThanOrEqual(1);
    expect(messages.missing).toBeLessThanOrEqual(4);
    expect(messages.requests).toBe(messages.replies + messages.missing);
    expect(messages.replies).toBeGreaterThan(received() - 8);
    expect(scenario.takeProgress().open).toBe(3);
  });

  it("sends nothing more to a lost connection at a fixed rate", async () => {
    const { scenario, server, reached } = await prepare(
      (peer, opcode, payload, count) => {
        if (count > 20 && peer === server.peers[0]) peer.socket.destroy();
        else peer.send(opcode, payload);
      },
      { rate: 2_000, connections: 2 },
    );
    await scenario.open();
    scenario.measure();
    scenario.warmUp();
    await reached(600);
    const { messages } = await scenario.stop();
    expect(messages.requests).toBe(messages.replies + messages.missing);
    expect(messages.missing).toBeLessThan(messages.requests / 4);
  });

  it("waits for late replies, but not for ever", async () => {
    const { scenario, reached } = await prepare(() => {}, { drainMs: 10, inFlight: 3 });
    await scenario.open();
    scenario.measure();
    scenario.warmUp();
    await reached(12);
    const { messages } = await scenario.stop();
    expect(messages).toMatchObject({ requests: 12, replies: 0, missing: 12 });
  });

  it("does not wait for replies on connections that are gone", async () => {
    const { scenario, server, reached } = await prepare(() => {}, { drainMs: 60_000 });
    await scenario.open();
    scenario.measure();
    scenario.warmUp();
    await reached(16);
    const stopped = scenario.stop();
    for (const { socket } of server.peers) socket.destroy();
    const { connections, messages } = await stopped;
    expect(Object.values(connections.lost)).toEqual([4]);
    expect(messages).toMatchObject({ requests: 16, missing: 16 });
  });

  it("shows a stall in the latencies of an open loop, of all messages that were due in it", async () => {
    const held: (() => void)[] = [];
    let isStalled = false;
    const { scenario, reached } = await prepare(
      (peer, opcode, payload, count) => {
        if (count === 100) {
          isStalled = true;
          setTimeout(() => {
            isStalled = false;
            for (const send of held) send();
          }, 150);
        }
        if (isStalled) held.push(() => peer.send(opcode, payload));
        else peer.send(opcode, payload);
      },
      { rate: 1_000 },
    );
    await scenario.open();
    scenario.measure();
    scenario.warmUp();
    await reached(400);
    const { messages, latencies } = await scenario.stop();
    expect(messages).toMatchObject({ replies: messages.requests, ...none });
    const summary = decodeLatencies(latencies);
    expect(summary?.p99Us).toBeGreaterThan(100_000);
    expect(summary?.p75Us).toBeGreaterThan(10_000);
  });

  it("sends no more than can be told apart to a server that does not answer", async () => {
    const { scenario, reached } = await prepare(() => {}, {
      rate: 5_000,
      messageBytes: 1,
      connections: 2,
      drainMs: 1,
    });
    await scenario.open();
    scenario.measure();
    scenario.warmUp();
    await reached(32);
    await expect.poll(() => scenario.takeProgress().faults).toBeGreaterThan(20);
    const { messages } = await scenario.stop();
    expect(messages).toMatchObject({ requests: messages.missing, replies: 0 });
    expect(messages.unsent).toBe(messages.requests - 32);
  });

  it("reports connections that fail and loads the others", async () => {
    const server = await startWireServer();
    cleanups.push(() => server.close());
    const settings = { connections: 2 };
    const scenario = createEcho(
      { ...echoShare(server.url, settings), localAddresses: ["127.0.0.1", "192.0.2.1"] },
      bareAdapter,
    );
    cleanups.push(() => scenario.release());
    await scenario.open();
    const { attempted, opened, failed } = scenario.connections();
    expect({ attempted, opened }).toEqual({ attempted: 2, opened: 1 });
    expect(Object.keys(failed)).toEqual([expect.stringContaining("(EADDRNOTAVAIL)")]);
  });
});
