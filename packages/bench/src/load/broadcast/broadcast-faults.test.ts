import { afterEach, describe, expect, it } from "vitest";
import type { MessageCounts } from "../../contract/report.ts";
import { countLatencies } from "../worker-share.test-helper.ts";
import { type Fate, noFaults, Stage } from "./broadcast.test-helper.ts";

const stage = new Stage();

afterEach(() => stage.close());

/** Message 20 of the server, to its third receiver, is of the measured phase: warm-up has 4. */
function once(change: (payload: Buffer) => readonly Buffer[]): Fate {
  return (payload, { message, receiver }) =>
    message === 20 && receiver === 2 ? change(payload) : [payload];
}

function spoil(payload: Buffer, at: number): Buffer {
  const spoilt = Buffer.from(payload);
  spoilt[at] = spoilt[at] === 48 ? 49 : 48;
  return spoilt;
}

function total({ replies, missing }: MessageCounts): number {
  return replies + missing;
}

describe("createBroadcast on a server with faults", () => {
  it("finds one delivery that is dropped", async () => {
    const { messages } = await stage.run(200, { fate: once(() => []) }, { drainMs: 100 });
    expect(messages).toMatchObject({ ...noFaults, missing: 1 });
    expect(total(messages)).toBe(messages.expected);
  });

  it("finds one delivery that comes twice", async () => {
    const { messages } = await stage.run(200, { fate: once((payload) => [payload, payload]) });
    expect(messages).toMatchObject({ ...noFaults, duplicated: 1 });
    expect(total(messages)).toBe(messages.expected);
  });

  it("finds one delivery that comes after a later one", async () => {
    let late: Buffer[] = [];
    const fate: Fate = (payload, { message, receiver }) => {
      if (receiver !== 2) return [payload];
      if (message === 20) {
        late = [payload];
        return [];
      }
      return [payload, ...late.splice(0)];
    };
    const { messages, latencies } = await stage.run(200, { fate });
    expect(messages).toMatchObject({ ...noFaults, outOfOrder: 1 });
    expect(messages.replies).toBe(messages.expected);
    expect(countLatencies(latencies)).toBe(messages.replies);
  });

  it.each([
    ["a byte too few", (payload: Buffer) => payload.subarray(0, -1)],
    ["digits that are none", (payload: Buffer) => Buffer.from(payload).fill("?", 2, 5)],
    ["a publisher that does not exist", (payload: Buffer) => spoil(payload, 0)],
    ["a sequence that was never published", (payload: Buffer) => spoil(payload, 3)],
  ])("finds one delivery with %s", async (_, change) => {
    const fate = once((payload) => [change(payload)]);
    const { messages } = await stage.run(200, { fate }, { drainMs: 100 });
    expect(messages.corrupted).toBeGreaterThanOrEqual(1);
    expect(messages.corrupted).toBeLessThanOrEqual(2);
    expect(total(messages)).toBe(messages.expected);
  });

  it("compares contents by sample", async () => {
    const fate: Fate = (payload, { receiver }) => [receiver === 2 ? spoil(payload, 12) : payload];
    const { messages } = await stage.run(200, { fate });
    // About one in 8 of those that the third subscriber got.
    expect(messages.corrupted).toBeGreaterThan(messages.requests / 20);
    expect(messages.corrupted).toBeLessThan(messages.requests / 3);
  });

  it("goes on after a delivery that it waited for in vain, and says so", async () => {
    const settings = { inFlight: 1, drainMs: 100 };
    const { messages, warnings } = await stage.run(40, { fate: once(() => []) }, settings);
    expect(messages).toMatchObject({ ...noFaults, missing: 1 });
    expect(warnings).toEqual([expect.stringContaining("1 times a publisher waited in vain")]);
  });

  it("goes on without a subscriber that is lost, and misses its deliveries", async () => {
    const fate: Fate = (payload, { to, message, receiver }) => {
      if (message === 20 && receiver === 2) to.destroy();
      return [payload];
    };
    const { messages, connections } = await stage.run(200, { fate }, { drainMs: 100 });
    expect(Object.values(connections.lost)).toEqual([1]);
    expect(messages.requests).toBeGreaterThan(150);
    expect(total(messages)).toBe(messages.expected);
    // It missed all but the first few; the four others got everything.
    expect(messages.replies).toBeGreaterThanOrEqual(4 * messages.requests);
    expect(messages.missing).toBeGreaterThan(100);
  });

  it("does not wait for what a lost subscriber was to get", async () => {
    const fate: Fate = (payload, { to, message, receiver }) => {
      if (message === 20 && receiver === 2) to.destroy();
      return [payload];
    };
    const { messages } = await stage.run(100, { fate }, { drainMs: 60_000 });
    expect(total(messages)).toBe(messages.expected);
    expect(messages.missing).toBeGreaterThan(50);
  });

  it("does not wait for what a lost publisher was to get of its own", async () => {
    const options = { isHolding: true, toSender: true };
    const scenario = await stage.start(options, { drainMs: 60_000, publisherReceives: true });
    const { relay } = stage;
    await relay.more(4);
    scenario.measure();
    await relay.more(4);
    const stopped = scenario.stop();
    // It came last.
    [...relay.server.connections].at(-1)?.destroy();
    relay.letGo();
    const { messages, connections } = await stopped;
    expect(Object.values(connections.lost)).toEqual([1]);
    expect(messages).toMatchObject({ ...noFaults, requests: 4, replies: 20, missing: 4 });
  });

  it("reports faults and deliveries as they come", async () => {
    const scenario = await stage.start({ fate: once(() => []) }, { drainMs: 100 });
    scenario.takeProgress();
    scenario.measure();
    await stage.relay.more(100);
    const progress = scenario.takeProgress();
    expect(progress).toMatchObject({ open: 6, faults: 1 });
    expect(progress.requests).toBeGreaterThan(50);
    expect(progress.replies).toBeGreaterThan(4 * progress.requests - 20);
    expect(progress.bytesReceived).toBeGreaterThanOrEqual(progress.replies * 22);
    expect(countLatencies(progress.latencies)).toBeGreaterThan(0);
    const { messages } = await scenario.stop();
    expect(progress.requests + scenario.takeProgress().requests).toBe(messages.requests);
  });
});
