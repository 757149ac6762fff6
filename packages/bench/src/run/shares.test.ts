import { describe, expect, it } from "vitest";
import type { BroadcastSettings } from "../contract/settings.ts";
import { connectSettings, echoSettings, openSettings } from "../report/report.test-helper.ts";
import { splitShares } from "./shares.ts";

const plan = { localAddresses: [], address: "127.0.0.1" };

function broadcast(more: Partial<BroadcastSettings>): BroadcastSettings {
  const { inFlight = 1, ...common } = echoSettings;
  const counts = { topics: 1, publishers: 1, subscribers: 10, publisherReceives: false };
  return { ...common, inFlight, ...counts, ...more, scenario: "broadcast" };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function countOf(topics: readonly number[], topic: number): number {
  return topics.filter((one) => one === topic).length;
}

describe("splitShares", () => {
  it("spreads connections and handshakes so that parts differ by one at most", () => {
    const shares = splitShares(
      { ...echoSettings, connections: 11, concurrency: 7, workers: 3 },
      plan,
    );
    expect(shares.map(({ worker }) => worker)).toEqual([0, 1, 2]);
    expect(shares.map(({ connections }) => connections)).toEqual([4, 4, 3]);
    expect(shares.map(({ concurrency }) => concurrency)).toEqual([3, 2, 2]);
    expect(shares.every((share) => share.rate === undefined)).toBe(true);
  });

  it("gives every worker one handshake at a time at least", () => {
    const shares = splitShares({ ...connectSettings, concurrency: 1, workers: 3 }, plan);
    expect(shares.map(({ concurrency }) => concurrency)).toEqual([1, 1, 1]);
  });

  it("splits the rate like the connections that send", () => {
    const shares = splitShares({ ...openSettings, connections: 3, workers: 2, rate: 900 }, plan);
    expect(shares.map(({ rate }) => rate)).toEqual([600, 300]);
  });

  it("starts no more workers than there are connections, and tells them how many they are", () => {
    const shares = splitShares({ ...echoSettings, connections: 2, workers: 8 }, plan);
    expect(shares.map(({ connections }) => connections)).toEqual([1, 1]);
    expect(shares.map(({ settings }) => settings.workers)).toEqual([2, 2]);
  });

  it("keeps topics whole when there is one or more for each worker", () => {
    const shares = splitShares(
      broadcast({ topics: 3, publishers: 6, subscribers: 30, workers: 2 }),
      plan,
    );
    const [first, second] = shares;
    expect([...new Set(first?.subscriberTopics)]).toEqual([0, 2]);
    expect([...new Set(second?.subscriberTopics)]).toEqual([1]);
    expect(first?.publisherTopics).toEqual([0, 2, 0, 2]);
    expect(second?.publisherTopics).toEqual([1, 1]);
    expect(shares.map(({ connections }) => connections)).toEqual([24, 12]);
  });

  it("splits the subscribers of a topic, and leaves its publishers with one worker", () => {
    const settings = broadcast({ topics: 1, publishers: 2, subscribers: 11, workers: 3, rate: 10 });
    const shares = splitShares(settings, plan);
    expect(shares.map(({ publisherTopics }) => publisherTopics.length)).toEqual([2, 0, 0]);
    expect(shares.map(({ subscriberTopics }) => subscriberTopics.length)).toEqual([4, 4, 3]);
    expect(shares.map(({ rate }) => rate)).toEqual([10, 0, 0]);
  });

  const cases = [1, 2, 3, 5, 8].flatMap((workers) =>
    [
      { topics: 1, publishers: 1, subscribers: 1 },
      { topics: 2, publishers: 3, subscribers: 7 },
      { topics: 3, publishers: 3, subscribers: 3 },
      { topics: 5, publishers: 9, subscribers: 40 },
    ].map((counts) => ({ ...counts, workers })),
  );

  it.each(cases)("loses nobody and gives each publisher a subscriber beside it: %o", (counts) => {
    const shares = splitShares(broadcast(counts), plan);
    expect(sum(shares.map((share) => share.publisherTopics.length))).toBe(counts.publishers);
    expect(sum(shares.map((share) => share.subscriberTopics.length))).toBe(counts.subscribers);
    for (const { publisherTopics, subscriberTopics, connections } of shares) {
      expect(connections).toBeGreaterThan(0);
      for (const topic of publisherTopics)
        expect(countOf(subscriberTopics, topic)).toBeGreaterThan(0);
    }
  });

  it.each(cases)("has topics in one worker when those are no more than topics: %o", (counts) => {
    const shares = splitShares(broadcast(counts), plan);
    if (counts.topics < shares.length) return;
    for (let topic = 0; topic < counts.topics; topic += 1) {
      const serving = shares.filter((share) => countOf(share.subscriberTopics, topic) > 0);
      expect(serving).toHaveLength(1);
    }
  });
});
