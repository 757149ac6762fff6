import assert from "node:assert/strict";
import type { HistoryBroker } from "../contract/broker.ts";
import type { ContractCase } from "./contract-runner.ts";
import { Heard, keep, positionOf } from "./heard.ts";
import { textsOf } from "./history-cases.ts";
import { oneNode, type StageFactory } from "./stage.ts";

type Case = ContractCase<StageFactory<HistoryBroker>>;

/** What time does to a history. */
export const historyExpiryCases: readonly Case[] = [
  oneNode(
    "does not answer expired publications, but remembers the position",
    async (broker, stage) => {
      const history = { size: 10, ttlMs: 150, positionTtlMs: 3_600_000 };
      for (const data of ["1", "2"]) await broker.publish({ topic: "news", data }, { history });
      await stage.eventually("both have expired", async () => {
        return (await broker.history("news")).publications.length === 0;
      });
      const { position, gap } = await broker.history("news");
      const { epoch, offset } = positionOf({ position });
      assert.deepEqual([offset, gap], [2, undefined]);
      const since = async (seen: number) => {
        const page = await broker.history("news", { since: { epoch, offset: seen } });
        assert.deepEqual(textsOf(page), []);
        return page.gap;
      };
      assert.deepEqual(
        [await since(2), await since(1), await since(3)],
        [undefined, "trimmed", "ahead"],
      );
      assert.deepEqual(
        { ...(await broker.subscribe("news", new Heard().listen)) },
        { epoch, offset },
      );
      const next = await broker.publish({ topic: "news", data: "3" }, { history: keep() });
      assert.deepEqual({ ...next.position }, { epoch, offset: 3 });
      assert.deepEqual([await since(1), await since(4)], ["trimmed", "ahead"]);
      const page = await broker.history("news", { since: { epoch, offset: 2 } });
      assert.deepEqual(textsOf(page), ["3"]);
    },
  ),
  oneNode("lets every publication expire at its own time", async (broker, stage) => {
    const history = { size: 10, ttlMs: 1_000, positionTtlMs: 1_000 };
    const { position } = await broker.publish({ topic: "news", data: "1" }, { history });
    await stage.advance(500);
    await broker.publish({ topic: "news", data: "2" }, { history });
    await stage.eventually("the first has expired", async () => {
      return !textsOf(await broker.history("news")).includes("1");
    });
    // The second publication has also prolonged the time for which the position is remembered.
    const page = await broker.history("news", { since: positionOf({ position }) });
    assert.deepEqual([textsOf(page), page.gap], [["2"], undefined]);
    assert.deepEqual({ ...page.position }, { ...position, offset: 2 });
  }),
  oneNode("forgets a topic when its position has expired", async (broker, stage) => {
    const history = { size: 10, ttlMs: 100, positionTtlMs: 200 };
    const first = await broker.publish({ topic: "news", data: "1" }, { history });
    const since = positionOf(first);
    await stage.eventually("the topic is forgotten", async () => {
      return (await broker.history("news")).position === undefined;
    });
    const page = await broker.history("news", { since });
    assert.deepEqual([textsOf(page), page.gap], [[], "expired"]);
    const heard = new Heard();
    assert.equal(await broker.subscribe("news", heard.listen), undefined);
    const next = await broker.publish({ topic: "news", data: "2" }, { history: keep() });
    const { epoch, offset } = positionOf(next);
    assert.equal(offset, 1);
    assert.notEqual(epoch, since.epoch);
    assert.equal((await broker.history("news", { since })).gap, "epoch");
    assert.deepEqual(await heard.until("2"), ["2"]);
  }),
];

/** That nothing is left of what is over. */
export const historyLeftoverCases: readonly Case[] = [
  oneNode("keeps nothing of expired topics", async (broker, stage) => {
    const history = { size: 10, ttlMs: 100, positionTtlMs: 200 };
    const idempotency = { key: "key", windowMs: 150 };
    for (let index = 0; index < 100; index += 1) {
      await broker.publish({ topic: `topic ${index}`, data: "a" }, { history, idempotency });
    }
    assert.notEqual(await stage.leftovers(broker), 0);
    await stage.eventually("nothing is left", async () => (await stage.leftovers(broker)) === 0);
  }),
  oneNode("keeps nothing of forgotten topics and of listeners that left", async (broker, stage) => {
    for (let index = 0; index < 100; index += 1) {
      const topic = `topic ${index}`;
      const { listen } = new Heard();
      await broker.subscribe(topic, listen);
      await broker.publish({ topic, data: "a" }, { history: keep() });
      await broker.publish({ topic, data: "b" });
      await broker.unsubscribe(topic, listen);
      await broker.forget(topic);
    }
    await stage.eventually("nothing is left", async () => (await stage.leftovers(broker)) === 0);
  }),
];
