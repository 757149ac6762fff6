import assert from "node:assert/strict";
import type { Broker } from "../contract/broker.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import { idempotencyCases, idempotencyClusterCases } from "./broker-idempotency-cases.ts";
import { type ContractCase, type ContractRunner, declareCases } from "./contract-runner.ts";
import { assertSame, Heard, oddData, oddTopics } from "./heard.ts";
import { oneNode, Stage, type StageFactory, type StageOptions, twoNodes } from "./stage.ts";

/** What differs between brokers. */
export type BrokerSuiteOptions<Subject extends Broker = Broker> = StageOptions<Subject>;

/** Makes a broker with a store of its own that nobody has used yet; the suite opens and closes it. */
export type BrokerFactory<Subject extends Broker = Broker> = () => MaybePromise<Subject>;

/** Tests every obligation of the `Broker` interface. */
export function describeBroker<Subject extends Broker>(
  name: string,
  create: BrokerFactory<Subject>,
  runner: ContractRunner,
  options: BrokerSuiteOptions<Subject> = {},
): void {
  runner.describe(`${name} as a broker`, () => {
    const all = [...cases, ...idempotencyCases];
    if (options.join !== undefined) all.push(...clusterCases, ...idempotencyClusterCases);
    declareCases<StageFactory<Subject>>(
      all,
      () => new Stage(create, options),
      runner,
      options.skip,
    );
  });
}

const cases: readonly ContractCase<StageFactory<Broker>>[] = [
  oneNode("calls every listener of the topic once", async (broker) => {
    const [first, second] = [new Heard(), new Heard()];
    await broker.subscribe("news", first.listen);
    await broker.subscribe("news", second.listen);
    await broker.publish({ topic: "news", data: "a" });
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await first.until("end"), ["a", "end"]);
    assert.deepEqual(await second.until("end"), ["a", "end"]);
  }),
  oneNode("calls a listener once that subscribed twice", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    await broker.subscribe("news", heard.listen);
    await broker.publish({ topic: "news", data: "a" });
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await heard.until("end"), ["a", "end"]);
  }),
  oneNode("keeps topics apart", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    await broker.publish({ topic: "news/sport", data: "other" });
    await broker.publish({ topic: "NEWS", data: "other" });
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await heard.until("end"), ["end"]);
  }),
  oneNode("keeps topics with odd characters apart", async (broker) => {
    const heard = oddTopics.map(() => new Heard());
    for (const [index, topic] of oddTopics.entries()) {
      await broker.subscribe(topic, heard[index]?.listen ?? assert.fail());
    }
    for (const topic of oddTopics) await broker.publish({ topic, data: topic });
    for (const topic of oddTopics) await broker.publish({ topic, data: "end" });
    for (const [index, topic] of oddTopics.entries()) {
      assert.deepEqual(await heard[index]?.until("end"), [topic, "end"]);
    }
  }),
  oneNode("hands over the topic and the data as they were published", async (broker) => {
    const heard = new Heard();
    const topic = "räume/7 *?:{}";
    await broker.subscribe(topic, heard.listen);
    for (const data of oddData) await broker.publish({ topic, data });
    for (const data of oddData) assertSame(await heard.next(), { topic, data });
  }),
  oneNode("carries attributes as they are", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
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
    await broker.publish({ topic: "news", data: "a", attributes });
    await broker.publish({ topic: "news", data: Uint8Array.of(255), attributes });
    await broker.publish({ topic: "news", data: "b" });
    assertSame(await heard.next(), { topic: "news", data: "a", attributes });
    assertSame(await heard.next(), { topic: "news", data: Uint8Array.of(255), attributes });
    assertSame(await heard.next(), { topic: "news", data: "b" });
  }),
  oneNode("answers publish with a receipt without a position", async (broker) => {
    const { isDuplicate, position } = await broker.publish({ topic: "news", data: "a" });
    assert.deepEqual([isDuplicate, position], [false, undefined]);
    assert.equal(await broker.subscribe("news", new Heard().listen), undefined);
  }),
  oneNode("does not deliver what was published before subscribe", async (broker) => {
    const heard = new Heard();
    await broker.publish({ topic: "news", data: "too early" });
    await broker.subscribe("news", heard.listen);
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await heard.until("end"), ["end"]);
  }),
  oneNode("keeps the order of the publish calls of one topic", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    const sent = Array.from({ length: 100 }, (_, index) => String(index));
    // Not awaited one by one: the order is that of the calls, not that of the answers.
    await Promise.all(sent.map((data) => broker.publish({ topic: "news", data })));
    assert.deepEqual(await heard.until("99"), sent);
  }),
  oneNode("does not see changes to the bytes after publish has resolved", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    for (const bytes of [Uint8Array.of(1, 2, 3), Buffer.from([1, 2, 3])]) {
      await broker.publish({ topic: "news", data: bytes });
      bytes.fill(9);
      const { data } = await heard.next();
      assert.deepEqual([...data], [1, 2, 3]);
    }
  }),
  oneNode("does not call a listener after unsubscribe has resolved", async (broker) => {
    const [left, stayed] = [new Heard(), new Heard()];
    await broker.subscribe("news", left.listen);
    await broker.subscribe("news", stayed.listen);
    await broker.publish({ topic: "news", data: "a" });
    await left.until("a");
    await broker.unsubscribe("news", left.listen);
    await broker.publish({ topic: "news", data: "end" });
    await stayed.until("end");
    assert.deepEqual(left.data, ["a"]);
  }),
  oneNode("does not call it either for what was under way", async (broker) => {
    const [left, stayed] = [new Heard(), new Heard()];
    await broker.subscribe("news", left.listen);
    await broker.subscribe("news", stayed.listen);
    const sent = Array.from({ length: 50 }, (_, index) => String(index));
    const publishing = sent.map((data) => broker.publish({ topic: "news", data }));
    await broker.unsubscribe("news", left.listen);
    const before = left.data;
    await Promise.all(publishing);
    await stayed.until("49");
    assert.deepEqual(left.data, before);
    assert.deepEqual(before, sent.slice(0, before.length));
  }),
  oneNode("delivers again after unsubscribe and subscribe", async (broker) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    await broker.unsubscribe("news", heard.listen);
    await broker.publish({ topic: "news", data: "missed" });
    await broker.subscribe("news", heard.listen);
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await heard.until("end"), ["end"]);
  }),
  oneNode("does not mind unsubscribing what is not subscribed", async (broker) => {
    await broker.unsubscribe("nowhere", new Heard().listen);
  }),
  oneNode("resolves publish when nobody listens", async (broker) => {
    await broker.publish({ topic: "nowhere", data: "a" });
  }),
  oneNode("rejects publish and subscribe after close", async (broker, stage) => {
    const heard = new Heard();
    await broker.subscribe("news", heard.listen);
    await stage.close(broker);
    const closed = { code: "ERR_APP_STATE" };
    await assert.rejects(async () => broker.publish({ topic: "news", data: "a" }), closed);
    await assert.rejects(async () => broker.subscribe("news", heard.listen), closed);
    assert.deepEqual(heard.data, []);
  }),
];

const clusterCases: readonly ContractCase<StageFactory<Broker>>[] = [
  twoNodes("reaches the listeners of every node once", async (first, second) => {
    const [here, there] = [new Heard(), new Heard()];
    await first.subscribe("news", here.listen);
    await second.subscribe("news", there.listen);
    await second.publish({ topic: "news", data: "a" });
    await second.publish({ topic: "news", data: "end" });
    assert.deepEqual(await here.until("end"), ["a", "end"]);
    assert.deepEqual(await there.until("end"), ["a", "end"]);
  }),
  twoNodes("keeps the order of each publisher on every node", async (first, second) => {
    const heard = [new Heard(), new Heard()] as const;
    await first.subscribe("news", heard[0].listen);
    await second.subscribe("news", heard[1].listen);
    const texts = (node: string) => Array.from({ length: 50 }, (_, index) => `${node} ${index}`);
    await Promise.all([
      ...texts("first").map((data) => first.publish({ topic: "news", data })),
      ...texts("second").map((data) => second.publish({ topic: "news", data })),
    ]);
    for (const listener of heard) {
      await Promise.all([listener.until("first 49"), listener.until("second 49")]);
      const of = (node: string) => listener.data.filter((data) => String(data).startsWith(node));
      assert.deepEqual(of("first"), texts("first"));
      assert.deepEqual(of("second"), texts("second"));
    }
  }),
  twoNodes("goes on when another node has closed", async (first, second, stage) => {
    const heard = new Heard();
    await first.subscribe("news", heard.listen);
    await second.subscribe("news", new Heard().listen);
    await stage.close(second);
    await first.publish({ topic: "news", data: "end" });
    assert.deepEqual(await heard.until("end"), ["end"]);
  }),
];
