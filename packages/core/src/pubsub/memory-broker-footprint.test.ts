import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { MemoryBroker } from "./memory-broker.ts";

const isLong = process.env["WINDLASS_TEST_LONG"] !== undefined;

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Bytes in use, those of array buffers among them. */
function usedBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

// As the docstring of MemoryBroker has it.
const topicBytes = 800;
const publicationBytes = 200;
const arrayBytes = 150;

describe("MemoryBroker keeps within its memory formula", () => {
  // Made of bytes, as texts that are put together take more until somebody reads them.
  const text = (index: number) => Buffer.alloc(100, index).toString("latin1");
  const bytes = (index: number) => new Uint8Array(100).fill(index);

  it.each([
    ["texts", 10_000, 100, text, 0],
    ["bytes", 500, 100, bytes, arrayBytes],
    ["a last value", isLong ? 1_000_000 : 50_000, 1, text, 0],
  ])(
    "with %s in many topics",
    async (_name, topics, size, data, extraBytes) => {
      const broker = new MemoryBroker({ clock: new ManualClock() });
      const history = { size, ttlMs: 3_600_000, positionTtlMs: 3_600_000 };
      const before = usedBytes();
      // Half as many again, so that there are publications that were let go of.
      for (let index = 0; index < size * 1.5; index += 1) {
        for (let topic = 0; topic < topics; topic += 1) {
          await broker.publish({ topic: `topic ${topic}`, data: data(index) }, { history });
        }
      }
      const used = usedBytes() - before;
      expect(broker.historyCount).toBe(topics);
      const perTopic =
        topicBytes + "topic 1000000".length + size * (publicationBytes + extraBytes + 100);
      expect(used / topics).toBeLessThan(perTopic);
      // The formula is no excuse either.
      expect(used / topics).toBeGreaterThan(perTopic / 2);
      await broker.close();
    },
    60_000,
  );

  it("and keeps nothing of topics that are over", async () => {
    const clock = new ManualClock();
    const broker = new MemoryBroker({ clock });
    const topics = isLong ? 1_000_000 : 50_000;
    const history = { size: 10, ttlMs: 1_000, positionTtlMs: 2_000 };
    const listen = () => {};
    const before = usedBytes();
    for (let index = 0; index < topics; index += 1) {
      const topic = `topic ${index}`;
      const idempotency = { key: `key ${index}`, windowMs: 1_000 };
      await broker.subscribe(topic, listen);
      await broker.publish({ topic, data: "a" }, { history, idempotency });
      await broker.unsubscribe(topic, listen);
    }
    expect(broker.historyCount).toBe(topics);
    clock.advance(10_000);
    expect([broker.topicCount, broker.historyCount, broker.idempotencyKeyCount]).toEqual([0, 0, 0]);
    expect(clock.pendingTimers).toBe(0);
    expect((usedBytes() - before) / topics).toBeLessThan(20);
  }, 300_000);
});
