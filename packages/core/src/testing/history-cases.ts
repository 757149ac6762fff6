import assert from "node:assert/strict";
import type { HistoryBroker, HistoryPage } from "../contract/broker.ts";
import type { HistoryPolicy } from "../contract/publication.ts";
import type { ContractCase } from "./contract-runner.ts";
import { assertSame, Heard, keep, oddData, oddTopics, positionOf, range } from "./heard.ts";
import { oneNode, type StageFactory } from "./stage.ts";

type Case = ContractCase<StageFactory<HistoryBroker>>;

/** The data of a page, which is text. */
export function textsOf({ publications }: HistoryPage): string[] {
  return publications.map(({ data }) => String(data));
}

/** Publishes the texts "1" to the number, one after the other. */
export async function publishUpTo(
  broker: HistoryBroker,
  last: number,
  history: HistoryPolicy = keep(),
): Promise<void> {
  for (const offset of range(1, last)) {
    await broker.publish({ topic: "news", data: String(offset) }, { history });
  }
}

/** What is kept, and how it is delivered. */
export const historyCases: readonly Case[] = [
  oneNode("knows nothing of a topic that nothing was published to", async (broker) => {
    const page = await broker.history("nowhere");
    assert.deepEqual(
      [page.publications.length, page.position, page.gap],
      [0, undefined, undefined],
    );
    assert.equal(await broker.subscribe("nowhere", new Heard().listen), undefined);
  }),
  oneNode("counts publications from 1 without gaps in one epoch", async (broker) => {
    const publishing = range(1, 50).map((offset) =>
      broker.publish({ topic: "news", data: String(offset) }, { history: keep() }),
    );
    const positions = (await Promise.all(publishing)).map(positionOf);
    assert.deepEqual(
      positions.map(({ offset }) => offset),
      range(1, 50),
    );
    const epochs = new Set(positions.map(({ epoch }) => epoch));
    assert.equal(epochs.size, 1);
    for (const epoch of epochs) assert.equal(typeof epoch === "string" && epoch !== "", true);
  }),
  oneNode("answers what was published, oldest first, with positions", async (broker) => {
    const receipts = [];
    for (const data of oddData) {
      receipts.push(await broker.publish({ topic: "räume/7", data }, { history: keep() }));
    }
    const page = await broker.history("räume/7");
    assert.equal(page.publications.length, oddData.length);
    for (const [index, data] of oddData.entries()) {
      const position = positionOf(receipts[index] ?? {});
      assertSame(page.publications[index], { topic: "räume/7", data, position });
    }
    assert.deepEqual({ ...positionOf(page) }, { ...positionOf(receipts.at(-1) ?? {}) });
    assert.equal(page.gap, undefined);
  }),
  oneNode("delivers publications as the history has them", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    for (const data of oddData) await broker.publish({ topic: "news", data }, { history: keep() });
    assert.deepEqual(await heard.untilOffset(oddData.length), range(1, oddData.length));
    const { publications } = await broker.history("news");
    for (const [index, publication] of publications.entries()) {
      assertSame(heard.all[index], { ...publication, data: oddData[index] ?? assert.fail() });
    }
  }),
  oneNode("keeps attributes as they are", async (broker) => {
    const attributes = {
      event: "räume:*",
      route: "/chat/:room",
      exclude: ["a", "b:c"],
      eligible: [],
      key: "",
      isVolatile: true,
      compress: false,
      control: { deep: { list: [1, "zwei", null, true] }, number: 1.5 },
    };
    const bytes = Uint8Array.of(0, 255);
    await broker.publish({ topic: "news", data: "a", attributes }, { history: keep() });
    await broker.publish({ topic: "news", data: bytes, attributes }, { history: keep() });
    await broker.publish({ topic: "news", data: "b" }, { history: keep() });
    const { publications, position } = await broker.history("news");
    const { epoch } = positionOf({ position });
    const at = (offset: number) => ({ topic: "news", position: { epoch, offset } });
    assertSame(publications[0], { ...at(1), data: "a", attributes });
    assertSame(publications[1], { ...at(2), data: bytes, attributes });
    assertSame(publications[2], { ...at(3), data: "b" });
  }),
  oneNode("does not see changes to the bytes after publish has resolved", async (broker) => {
    const bytes = Buffer.from([1, 2, 3]);
    await broker.publish({ topic: "news", data: bytes }, { history: keep() });
    bytes.fill(9);
    const { publications } = await broker.history("news");
    assert.deepEqual([...(publications[0]?.data ?? "")], [1, 2, 3]);
  }),
  oneNode("keeps the histories of topics with odd characters apart", async (broker) => {
    for (const topic of oddTopics) {
      await broker.publish({ topic, data: topic }, { history: keep() });
    }
    for (const topic of oddTopics) {
      const page = await broker.history(topic);
      assertSame(page.publications[0], { topic, data: topic, position: positionOf(page) });
      assert.equal(positionOf(page).offset, 1);
      assert.equal(page.publications.length, 1);
    }
  }),
  oneNode("keeps the newest publications when there are more than its size", async (broker) => {
    await publishUpTo(broker, 10, keep(3));
    const page = await broker.history("news");
    assert.deepEqual(textsOf(page), ["8", "9", "10"]);
    assert.equal(positionOf(page).offset, 10);
  }),
  oneNode("keeps a single publication with a size of 1", async (broker) => {
    await publishUpTo(broker, 3, keep(1));
    assert.deepEqual(textsOf(await broker.history("news")), ["3"]);
  }),
  oneNode("goes by the size that was published with last", async (broker) => {
    await publishUpTo(broker, 5, keep(5));
    await broker.publish({ topic: "news", data: "6" }, { history: keep(2) });
    assert.deepEqual(textsOf(await broker.history("news")), ["5", "6"]);
    await broker.publish({ topic: "news", data: "7" }, { history: keep(5) });
    assert.deepEqual(textsOf(await broker.history("news")), ["5", "6", "7"]);
  }),
  oneNode("keeps nothing of a publication without a policy", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    await broker.publish({ topic: "news", data: "1" }, { history: keep() });
    const receipt = await broker.publish({ topic: "news", data: "loose" });
    await broker.publish({ topic: "news", data: "2" }, { history: keep() });
    await broker.publish({ topic: "news", data: "end" });
    assert.equal(receipt.position, undefined);
    assert.deepEqual(await heard.until("end"), ["1", "loose", "2", "end"]);
    assert.deepEqual(heard.offsets, [1, 2]);
    const page = await broker.history("news");
    assert.deepEqual(textsOf(page), ["1", "2"]);
    assert.equal(positionOf(page).offset, 2);
  }),
  oneNode("begins a new epoch when a topic is forgotten", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    await publishUpTo(broker, 3);
    const before = positionOf(await broker.history("news"));
    await broker.forget("news");
    const forgotten = await broker.history("news");
    assert.deepEqual([forgotten.publications.length, forgotten.position], [0, undefined]);
    assert.equal(await broker.subscribe("news", new Heard().listen), undefined);
    const receipt = await broker.publish({ topic: "news", data: "end" }, { history: keep() });
    const { epoch, offset } = positionOf(receipt);
    assert.equal(offset, 1);
    assert.notEqual(epoch, before.epoch);
    assert.deepEqual(textsOf(await broker.history("news")), ["end"]);
    await heard.until("end");
    assert.deepEqual(heard.offsets, [1, 2, 3, 1]);
  }),
  oneNode("does not mind forgetting what it does not know", async (broker) => {
    await publishUpTo(broker, 1);
    await broker.forget("nowhere");
    assert.deepEqual(textsOf(await broker.history("news")), ["1"]);
  }),
  oneNode("answers a duplicate with the position of the first one", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    const policy = { history: keep(), idempotency: { key: "key", windowMs: 3_600_000 } };
    const first = await broker.publish({ topic: "news", data: "a" }, policy);
    const between = await broker.publish({ topic: "news", data: "b" }, { history: keep() });
    const again = await broker.publish({ topic: "news", data: "c" }, policy);
    const after = await broker.publish({ topic: "news", data: "end" }, { history: keep() });
    assert.deepEqual([first.isDuplicate, again.isDuplicate], [false, true]);
    assert.deepEqual({ ...positionOf(again) }, { ...positionOf(first) });
    assert.deepEqual(
      [first, between, after].map((receipt) => positionOf(receipt).offset),
      [1, 2, 3],
    );
    assert.deepEqual(await heard.until("end"), ["a", "b", "end"]);
    assert.deepEqual(textsOf(await broker.history("news")), ["a", "b", "end"]);
  }),
];
