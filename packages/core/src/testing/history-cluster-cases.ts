import assert from "node:assert/strict";
import type { HistoryBroker } from "../contract/broker.ts";
import type { ContractCase } from "./contract-runner.ts";
import { Heard, keep, positionOf, range } from "./heard.ts";
import { textsOf } from "./history-cases.ts";
import { type StageFactory, twoNodes } from "./stage.ts";

type Case = ContractCase<StageFactory<HistoryBroker>>;

/** One history on several nodes. */
export const historyClusterCases: readonly Case[] = [
  twoNodes("has one history for all nodes", async (first, second) => {
    const here = await first.publish({ topic: "news", data: "1" }, { history: keep() });
    const there = await second.publish({ topic: "news", data: "2" }, { history: keep() });
    const { epoch } = positionOf(here);
    assert.deepEqual({ ...there.position }, { epoch, offset: 2 });
    for (const node of [first, second]) {
      const page = await node.history("news");
      assert.deepEqual(textsOf(page), ["1", "2"]);
      assert.deepEqual({ ...page.position }, { epoch, offset: 2 });
    }
    assert.deepEqual(
      { ...(await second.subscribe("news", new Heard().listen)) },
      { epoch, offset: 2 },
    );
  }),
  twoNodes("gives every node the same order when both publish", async (first, second) => {
    const heard = [new Heard(), new Heard()] as const;
    await first.subscribe("news", heard[0].listen);
    await second.subscribe("news", heard[1].listen);
    const publishing = range(1, 50).flatMap((index) =>
      [first, second].map((node) =>
        node.publish({ topic: "news", data: `${node === first} ${index}` }, { history: keep() }),
      ),
    );
    const receipts = await Promise.all(publishing);
    const offsets = receipts.map((receipt) => positionOf(receipt).offset);
    assert.deepEqual(
      offsets.toSorted((a, b) => a - b),
      range(1, 100),
    );
    assert.equal(new Set(receipts.map((receipt) => positionOf(receipt).epoch)).size, 1);
    const kept = textsOf(await first.history("news"));
    for (const listener of heard) {
      assert.deepEqual(await listener.untilOffset(100), range(1, 100));
      assert.deepEqual(listener.data, kept);
    }
    for (const node of ["true", "false"]) {
      const own = kept.filter((text) => text.startsWith(node));
      assert.deepEqual(
        own,
        range(1, 50).map((index) => `${node} ${index}`),
      );
    }
  }),
  twoNodes("hands over to live while another node publishes", async (first, second) => {
    let published = 0;
    const publish = (node: HistoryBroker) => {
      published += 1;
      return node.publish({ topic: "news", data: "a" }, { history: keep() });
    };
    await publish(second);
    for (let round = 0; round < 10; round += 1) {
      const heard = new Heard();
      const before = [publish(second), publish(first), publish(second)];
      const subscribing = first.subscribe("news", heard.listen);
      const after = [publish(second), publish(first), publish(second)];
      const position = await subscribing;
      // The position may be that of the last one: another one has to come to be heard.
      await Promise.all([...before, ...after, publish(second)]);
      assert.ok(position);
      // What came before is in the history, and both together are everything.
      const last = published;
      assert.deepEqual(await heard.untilOffset(last), range(position.offset + 1, last));
      const page = await first.history("news", { since: { ...position, offset: 0 } });
      assert.equal(page.publications.length, last);
      await first.unsubscribe("news", heard.listen);
    }
  }),
  twoNodes("has a duplicate's first position on every node", async (first, second) => {
    const policy = { history: keep(), idempotency: { key: "key", windowMs: 3_600_000 } };
    const receipts = await Promise.all(
      [first, second].map((node) => node.publish({ topic: "news", data: "a" }, policy)),
    );
    assert.equal(receipts.filter(({ isDuplicate }) => isDuplicate).length, 1);
    assert.deepEqual(
      receipts.map((receipt) => positionOf(receipt).offset),
      [1, 1],
    );
    assert.deepEqual(textsOf(await second.history("news")), ["a"]);
  }),
  twoNodes("forgets a topic on every node", async (first, second) => {
    const heard = [new Heard(), new Heard()] as const;
    await first.subscribe("news", heard[0].listen);
    await second.subscribe("news", heard[1].listen);
    const before = await first.publish({ topic: "news", data: "1" }, { history: keep() });
    await first.publish({ topic: "news", data: "2" }, { history: keep() });
    await second.forget("news");
    assert.equal((await first.history("news")).position, undefined);
    const next = await first.publish({ topic: "news", data: "end" }, { history: keep() });
    assert.equal(positionOf(next).offset, 1);
    assert.notEqual(positionOf(next).epoch, positionOf(before).epoch);
    const page = await second.history("news", { since: positionOf(before) });
    assert.equal(page.gap, "epoch");
    for (const listener of heard) {
      assert.deepEqual(await listener.until("end"), ["1", "2", "end"]);
      assert.deepEqual(listener.offsets, [1, 2, 1]);
    }
  }),
  twoNodes("keeps what a node has published that has closed", async (first, second, stage) => {
    const { position } = await second.publish({ topic: "news", data: "1" }, { history: keep() });
    await stage.close(second);
    const page = await first.history("news");
    assert.deepEqual([textsOf(page), page.position?.epoch], [["1"], position?.epoch]);
    const next = await first.publish({ topic: "news", data: "2" }, { history: keep() });
    assert.equal(positionOf(next).offset, 2);
  }),
];
