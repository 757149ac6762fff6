import { ManualClock } from "@windlass/core/testing";
import { expect, it } from "vitest";
import type { LmdbBroker } from "./index.ts";
import { keep, openBroker } from "./open-broker.test-helper.ts";

const history = keep(100_000);

/** Publishes until it is refused, and returns why and how many were kept. */
async function fill(broker: LmdbBroker, topic: string, bytes: number) {
  for (let kept = 0; ; ) {
    const publishing = Array.from({ length: 20 }, () =>
      broker.publish({ topic, data: "x".repeat(bytes) }, { history }),
    );
    const outcomes = await Promise.allSettled(publishing);
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    kept += outcomes.filter(({ status }) => status === "fulfilled").length;
    if (refused !== undefined) return { error: refused.reason as unknown, kept };
  }
}

it("refuses publications when the store is full, and takes them again when there is room", async () => {
  const clock = new ManualClock();
  const broker = await openBroker({ maxBytes: 1_048_576, clock });
  for (const bytes of [500, 30_000]) {
    const { error, kept } = await fill(broker, "news", bytes);
    expect(error).toMatchObject({
      code: "ERR_BROKER_UNAVAILABLE",
      details: {
        call: "publish()",
        problem: "the store holds as much as it may, 1048576 bytes",
        advice: expect.stringContaining("maxBytes"),
      },
    });
    // The rest is lost to pages that are not full, and to what the last ones might have needed.
    expect(kept * bytes).toBeGreaterThan(500_000);
    expect(broker.usedBytes).toBeLessThanOrEqual(1_048_576);
    expect((await broker.history("news")).position?.offset).toBe(kept);
    // What needs no room still works.
    await broker.publish({ topic: "news", data: "loose" });
    await broker.forget("news");
    clock.advance(1_000);
    while (broker.recordCount > 0) await new Promise((resolve) => setImmediate(resolve));
  }
});

it("refuses those that do not fit, and takes others of the same turn", async () => {
  const broker = await openBroker({ maxBytes: 1_048_576 });
  const publish = (bytes: number) =>
    broker.publish({ topic: "news", data: "x".repeat(bytes) }, { history });
  const outcomes = await Promise.allSettled([publish(10), publish(2_000_000), publish(10)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  const { publications } = await broker.history("news");
  expect(publications.map(({ position }) => position?.offset)).toEqual([1, 2]);
});

it("refuses publications that would wait behind too many bytes", async () => {
  const broker = await openBroker({ maxWaitingBytes: 65_536 });
  const publish = (bytes: number) =>
    broker.publish({ topic: "news", data: "x".repeat(bytes) }, { history });
  const outcomes = await Promise.allSettled([publish(200_000), publish(10), publish(10)]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  expect(outcomes[1]).toMatchObject({
    reason: {
      code: "ERR_BROKER_UNAVAILABLE",
      details: { problem: expect.stringContaining("are waiting for its disk") },
    },
  });
  await publish(10);
  expect((await broker.history("news")).position?.offset).toBe(2);
});
