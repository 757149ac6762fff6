import type { TopicOptions } from "@windlass/app";
import { describe, expect, it } from "vitest";
import { kib, startStage, textsOf } from "../support/topic-stage.ts";

describe("a subscriber that does not read", () => {
  /** One whose buffers are full, and one that reads. */
  async function slowStage(options: TopicOptions) {
    const stage = await startStage((app) => app.topic("t", options));
    const slow = await stage.open("/one?topic=t");
    const quick = await stage.open("/one?topic=t");
    slow.client.socket.pause();
    const chunk = Buffer.alloc(16 * kib, 7);
    while (slow.connection.bufferedBytes < 200 * kib) slow.connection.send(chunk);
    const resume = async (): Promise<readonly string[]> => {
      slow.client.socket.resume();
      await stage.component.drains.find();
      return await textsOf(slow);
    };
    return { ...stage, slow, quick, resume };
  }

  it("gets the newest of each key, in their order, where a topic conflates", async () => {
    const { app, one, quick, resume } = await slowStage({ slowConsumer: "conflate" });
    for (let i = 1; i <= 100; i += 1) {
      await app.publish("t", `eur ${i}`, { key: "eur" });
      if (i <= 50) await app.publish("t", `usd ${i}`, { key: "usd" });
    }
    await app.publish("t", "all 1");
    await app.publish("t", "all 2");
    expect(await textsOf(quick)).toHaveLength(152);
    expect(await resume()).toEqual(["usd 50", "eur 100", "all 2"]);
    expect(one.slowConsumers).toMatchObject({ conflated: 149, droppedOldest: 0, closed: 0 });
  });

  it("gets the last ones that fit, where a topic drops the oldest", async () => {
    const { app, one, resume } = await slowStage({ slowConsumer: "drop-oldest" });
    const body = "x".repeat(900);
    for (let i = 1; i <= 1_000; i += 1) await app.publish("t", `${i} ${body}`);
    const numbers = (await resume()).map((text) => Number(text.split(" ", 1)[0]));
    const first = numbers[0] ?? 0;
    expect(first).toBeGreaterThan(600);
    expect(numbers).toEqual(Array.from({ length: 1_001 - first }, (_, i) => first + i));
    expect(one.slowConsumers).toMatchObject({ droppedOldest: first - 1 });
  });

  it("gets the first ones that fit, where a topic drops new ones", async () => {
    const { app, one, slow, resume } = await slowStage({ slowConsumer: "drop-new" });
    const body = "x".repeat(900);
    for (let i = 1; i <= 1_000; i += 1) await app.publish("t", `${i} ${body}`);
    const { droppedNew } = one.slowConsumers;
    expect(droppedNew).toBeGreaterThan(600);
    expect(slow.connection.state).toBe("open");
    const numbers = (await resume()).map((text) => Number(text.split(" ", 1)[0]));
    expect(numbers).toEqual(Array.from({ length: 1_000 - droppedNew }, (_, i) => i + 1));
  });

  it("is closed with 4000, where a topic closes", async () => {
    const { app, component, one, quick } = await slowStage({ slowConsumer: "close" });
    const body = "x".repeat(60 * kib);
    for (let i = 0; i < 3; i += 1) {
      await app.publish("t", body, { key: "any", isVolatile: false });
      // The engine tells of what it dropped when this turn of the event loop is over.
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await component.closes.find()).event).toMatchObject({ cause: "backpressure" });
    expect(one.slowConsumers.closed).toBe(1);
    expect(quick.connection.state).toBe("open");
  });

  it("gets what waits also when nothing but publications has filled its buffer", async () => {
    const { app, component, open } = await startStage((app) => {
      app.topic("t", { slowConsumer: "conflate" });
    });
    const slow = await open("/one?topic=t&topic=filling");
    slow.client.socket.pause();
    const chunk = "x".repeat(16 * kib);
    while (slow.connection.bufferedBytes < 100 * kib) {
      await app.publish("filling", chunk);
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const text of ["1", "2"]) await app.publish("t", text);
    slow.client.socket.resume();
    await component.drains.find();
    await app.publish("t", "3");
    expect(await textsOf(slow)).toEqual(["2", "3"]);
  });

  it("does not get what waits of a topic that it has left", async () => {
    const { app, slow, resume } = await slowStage({ slowConsumer: "drop-oldest" });
    await app.publish("t", "waits");
    slow.connection.unsubscribe("t");
    expect(await resume()).toEqual([]);
  });

  it("does without what is volatile", async () => {
    const { app, one, quick, resume } = await slowStage({});
    await app.publish("t", "volatile", { isVolatile: true });
    await app.publish("t", "lasting");
    expect(await textsOf(quick)).toEqual(["volatile", "lasting"]);
    expect(await resume()).toEqual(["lasting"]);
    expect(one.slowConsumers.droppedVolatile).toBe(1);
  });
});
