import assert from "node:assert/strict";
import type { Broker } from "../contract/broker.ts";
import type { ContractCase } from "./contract-runner.ts";
import { Heard } from "./heard.ts";
import { oneNode, type StageFactory, twoNodes } from "./stage.ts";

const longMs = 3_600_000;

function once(key: string, windowMs = longMs) {
  return { idempotency: { key, windowMs } };
}

/** Repeated publications with a key, without history. */
export const idempotencyCases: readonly ContractCase<StageFactory<Broker>>[] = [
  oneNode("publishes what has the same idempotency key once", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    const first = await broker.publish({ topic: "news", data: "a" }, once("key"));
    const again = await broker.publish({ topic: "news", data: "b" }, once("key"));
    const other = await broker.publish({ topic: "news", data: "end" }, once("other"));
    assert.deepEqual(await heard.until("end"), ["a", "end"]);
    const receipts = [first, again, other];
    assert.deepEqual(
      receipts.map(({ isDuplicate }) => isDuplicate),
      [false, true, false],
    );
    assert.deepEqual(
      receipts.map(({ position }) => position),
      [undefined, undefined, undefined],
    );
  }),
  oneNode("publishes once when the same key is under way", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    const publish = () => broker.publish({ topic: "news", data: "a" }, once("key"));
    const receipts = await Promise.all([publish(), publish(), publish()]);
    assert.equal(receipts.filter(({ isDuplicate }) => !isDuplicate).length, 1);
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await heard.until("end"), ["a", "end"]);
  }),
  oneNode("keeps the idempotency keys of topics apart", async (broker) => {
    const pairs = [
      ["a", "b"],
      ["A", "b"],
      ["a:b", "c"],
      ["a", "b:c"],
      ["a}", "b"],
      ["a\u0000", "b"],
      ["a", "\u0000b"],
      ["a", ""],
      ["__proto__", "__proto__"],
    ] as const;
    for (const [topic, key] of pairs) {
      const { isDuplicate } = await broker.publish({ topic, data: "a" }, once(key));
      assert.equal(isDuplicate, false, `${topic} ${key}`);
    }
    for (const [topic, key] of pairs) {
      const { isDuplicate } = await broker.publish({ topic, data: "a" }, once(key));
      assert.equal(isDuplicate, true, `${topic} ${key}`);
    }
  }),
  oneNode("publishes again when the window is over", async (broker, stage) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    const publish = () => broker.publish({ topic: "news", data: "a" }, once("key", 300));
    await publish();
    // Repeating does not prolong the window, or this would go on for ever.
    await stage.eventually("the window is over", async () => !(await publish()).isDuplicate);
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await heard.until("end"), ["a", "a", "end"]);
  }),
];

export const idempotencyClusterCases: readonly ContractCase<StageFactory<Broker>>[] = [
  twoNodes("knows the idempotency keys of every node", async (first, second) => {
    const heard = new Heard();
    await first.subscribe("news", heard.listen);
    const here = await first.publish({ topic: "news", data: "a" }, once("key"));
    const there = await second.publish({ topic: "news", data: "b" }, once("key"));
    assert.deepEqual([here.isDuplicate, there.isDuplicate], [false, true]);
    await first.publish({ topic: "news", data: "end" });
    assert.deepEqual(await heard.until("end"), ["a", "end"]);
  }),
  twoNodes("publishes once when two nodes use a key at once", async (first, second) => {
    const heard = new Heard();
    await first.subscribe("news", heard.listen);
    for (let round = 0; round < 10; round += 1) {
      const receipts = await Promise.all(
        [first, second].map((node) =>
          node.publish({ topic: "news", data: String(round) }, once(String(round))),
        ),
      );
      assert.equal(receipts.filter(({ isDuplicate }) => isDuplicate).length, 1);
    }
    // From each node, as only the order of one publisher is promised.
    await first.publish({ topic: "news", data: "end" });
    await second.publish({ topic: "news", data: "end of the second" });
    await Promise.all([heard.until("end"), heard.until("end of the second")]);
    const rounds = heard.data.filter((data) => !String(data).startsWith("end"));
    assert.deepEqual(rounds.toSorted(), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  }),
];
