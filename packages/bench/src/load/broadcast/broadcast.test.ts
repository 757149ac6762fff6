import { afterEach, describe, expect, it } from "vitest";
import { countLatencies } from "../worker-share.test-helper.ts";
import { noFaults, Stage } from "./broadcast.test-helper.ts";

const stage = new Stage();

afterEach(() => stage.close());

describe("createBroadcast on a server that keeps its word", () => {
  it("counts every delivery once", async () => {
    const { messages, connections, latencies } = await stage.run(200);
    expect(messages.requests).toBeGreaterThan(150);
    expect(messages).toEqual({
      ...noFaults,
      requests: messages.requests,
      expected: 5 * messages.requests,
      replies: 5 * messages.requests,
    });
    expect(connections).toEqual({ attempted: 6, opened: 6, failed: {}, lost: {} });
    expect(countLatencies(latencies)).toBe(messages.replies);
  });

  it("keeps publishers of a topic apart", async () => {
    const { messages } = await stage.run(300, {}, { publishers: 3, inFlight: 2 });
    expect(messages).toMatchObject({ ...noFaults, replies: 5 * messages.requests });
    expect(messages.requests).toBeGreaterThan(200);
  });

  it("keeps topics apart", async () => {
    const shape = { topics: 3, publishers: 6, subscribers: 7 };
    const { messages } = await stage.run(300, {}, shape);
    expect(messages).toMatchObject({ ...noFaults, replies: messages.expected });
    // Topic 0 has three subscribers, the others have two; all have two publishers.
    expect(messages.expected).toBeGreaterThan(2 * messages.requests);
    expect(messages.expected).toBeLessThan(3 * messages.requests);
  });

  it("expects a publisher to get its own messages where the server sends them", async () => {
    const options = { publisherReceives: true, publishers: 2 };
    const { messages } = await stage.run(200, { toSender: true }, options);
    expect(messages).toMatchObject({ ...noFaults, replies: 6 * messages.requests });
  });

  it("takes what a publisher gets unasked as unexpected", async () => {
    const { messages } = await stage.run(100, { toSender: true });
    expect(messages).toMatchObject({ ...noFaults, unexpected: expect.any(Number) });
    // The last ones may arrive when subscribers already have theirs.
    expect(messages.unexpected).toBeGreaterThan(messages.requests - 4);
    expect(messages.unexpected).toBeLessThanOrEqual(messages.requests);
  });

  it.each([3, 4, 200, 60_000])("follows messages of %i bytes", async (messageBytes) => {
    const { messages } = await stage.run(150, {}, { messageBytes });
    expect(messages).toMatchObject({ ...noFaults, replies: 5 * messages.requests });
  });

  it("waits for all receivers before it sends on", async () => {
    let most = 0;
    let delivered = 0;
    const scenario = await stage.start({
      fate: (payload, { message }) => {
        most = Math.max(most, message - Math.floor(delivered / 5));
        delivered += 1;
        return [payload];
      },
    });
    scenario.measure();
    await stage.relay.more(100);
    const { messages } = await scenario.stop();
    // Four of the warm-up may still be under way when four of the measured phase set out.
    expect(most).toBeLessThanOrEqual(8);
    expect(messages.missing).toBe(0);
  });

  it("counts nothing of the warm-up, even when it arrives late", async () => {
    const scenario = await stage.start({ isHolding: true });
    await stage.relay.more(4);
    scenario.measure();
    await stage.relay.more(4);
    stage.relay.letGo();
    await stage.relay.more(50);
    const { messages, latencies } = await scenario.stop();
    expect(messages).toMatchObject({ ...noFaults, replies: 5 * messages.requests });
    expect(scenario.takeProgress().replies).toBe(messages.replies);
    expect(messages.requests).toBe(stage.relay.messages - 4);
    expect(countLatencies(latencies)).toBe(messages.replies);
  });
});

describe("createBroadcast in two workers", () => {
  it("adds up to exact counts, whichever worker measures first", async () => {
    const settings = { workers: 2, subscribers: 6 };
    const remote = { publisherTopics: [], subscriberTopics: [0, 0, 0], worker: 1 };
    const listening = await stage.start({}, settings, remote);
    const publishing = await stage.start({}, settings, { subscriberTopics: [0, 0, 0] });
    publishing.measure();
    await stage.relay.more(50);
    listening.measure();
    await stage.relay.more(150);
    const [first, second] = await Promise.all([publishing.stop(), listening.stop()]);
    const { requests, expected } = first.messages;
    expect(expected).toBe(6 * requests);
    expect(first.messages).toMatchObject({
      ...noFaults,
      replies: 3 * requests,
      missing: 3 * requests,
    });
    expect(second.messages).toMatchObject({
      ...noFaults,
      requests: 0,
      expected: 0,
      replies: 3 * requests,
      missing: -3 * requests,
    });
    expect(countLatencies(first.latencies)).toBe(3 * requests);
    expect(countLatencies(second.latencies)).toBe(0);
    expect(first.warnings).toEqual([expect.stringContaining("3 subscribers are in other workers")]);
  });
});

describe("createBroadcast", () => {
  it("refuses more publishers to a topic than payloads can name", async () => {
    await expect(stage.start({}, { publishers: 649 })).rejects.toThrow(
      "649 publishers; payloads can name 648",
    );
  });
});
