import assert from "node:assert/strict";
import type { Broker, Publication, PublicationListener } from "../contract/broker.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import {
  type ContractCase,
  type ContractExemption,
  type ContractRunner,
  declareCases,
} from "./contract-runner.ts";
import { Inbox } from "./inbox.ts";

/** What differs between brokers. */
export interface BrokerSuiteOptions {
  /** Another node of the same cluster; without it the cases about several nodes are left out. */
  readonly join?: (first: Broker) => MaybePromise<Broker>;
  /** Cases that this broker does not fulfil. Default: none. */
  readonly skip?: readonly ContractExemption[];
}

/** Makes a broker that nobody uses yet; the suite closes it. */
export type BrokerFactory = () => MaybePromise<Broker>;

/** Tests every obligation of the `Broker` interface. */
export function describeBroker(
  name: string,
  create: BrokerFactory,
  runner: ContractRunner,
  { join, skip }: BrokerSuiteOptions = {},
): void {
  runner.describe(`${name} as a broker`, () => {
    const all = join === undefined ? cases : [...cases, ...clusterCases(join)];
    declareCases(all, create, runner, skip);
  });
}

const cases: readonly ContractCase<BrokerFactory>[] = [
  broker("calls every listener of the topic once", async (broker) => {
    const [first, second] = [new Listener(), new Listener()];
    await broker.subscribe("news", first.listen);
    await broker.subscribe("news", second.listen);
    await broker.publish({ topic: "news", data: "a" });
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await first.until("end"), ["a", "end"]);
    assert.deepEqual(await second.until("end"), ["a", "end"]);
  }),
  broker("calls a listener once that subscribed twice", async (broker) => {
    const listener = new Listener();
    await broker.subscribe("news", listener.listen);
    await broker.subscribe("news", listener.listen);
    await broker.publish({ topic: "news", data: "a" });
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await listener.until("end"), ["a", "end"]);
  }),
  broker("keeps topics apart", async (broker) => {
    const listener = new Listener();
    await broker.subscribe("news", listener.listen);
    await broker.publish({ topic: "news/sport", data: "other" });
    await broker.publish({ topic: "NEWS", data: "other" });
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await listener.until("end"), ["end"]);
  }),
  broker("hands over the topic and the data as they were published", async (broker) => {
    const listener = new Listener();
    const topic = "räume/7 *?:{}";
    const data = ["", "grüße 🛞", new Uint8Array(), Uint8Array.of(0, 255, 10, 13, 128)];
    await broker.subscribe(topic, listener.listen);
    for (const item of data) await broker.publish({ topic, data: item });
    for (const item of data) {
      const publication = await listener.next();
      assert.equal(publication.topic, topic);
      // A Buffer is fine as bytes, so compare what is in it.
      const seen = publication.data;
      assert.deepEqual(typeof seen === "string" ? seen : Uint8Array.from(seen), item);
    }
  }),
  broker("does not deliver what was published before subscribe", async (broker) => {
    const listener = new Listener();
    await broker.publish({ topic: "news", data: "too early" });
    await broker.subscribe("news", listener.listen);
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await listener.until("end"), ["end"]);
  }),
  broker("keeps the order of the publish calls of one topic", async (broker) => {
    const listener = new Listener();
    await broker.subscribe("news", listener.listen);
    const sent = Array.from({ length: 100 }, (_, index) => String(index));
    // Not awaited one by one: the order is that of the calls, not that of the answers.
    await Promise.all(sent.map((data) => broker.publish({ topic: "news", data })));
    assert.deepEqual(await listener.until("99"), sent);
  }),
  broker("does not see changes to the bytes after publish has resolved", async (broker) => {
    const listener = new Listener();
    await broker.subscribe("news", listener.listen);
    for (const bytes of [Uint8Array.of(1, 2, 3), Buffer.from([1, 2, 3])]) {
      await broker.publish({ topic: "news", data: bytes });
      bytes.fill(9);
      const { data } = await listener.next();
      assert.deepEqual([...data], [1, 2, 3]);
    }
  }),
  broker("does not call a listener after unsubscribe has resolved", async (broker) => {
    const [left, stayed] = [new Listener(), new Listener()];
    await broker.subscribe("news", left.listen);
    await broker.subscribe("news", stayed.listen);
    await broker.publish({ topic: "news", data: "a" });
    await left.until("a");
    await broker.unsubscribe("news", left.listen);
    await broker.publish({ topic: "news", data: "end" });
    await stayed.until("end");
    assert.deepEqual(left.seen, ["a"]);
  }),
  broker("delivers again after unsubscribe and subscribe", async (broker) => {
    const listener = new Listener();
    await broker.subscribe("news", listener.listen);
    await broker.unsubscribe("news", listener.listen);
    await broker.publish({ topic: "news", data: "missed" });
    await broker.subscribe("news", listener.listen);
    await broker.publish({ topic: "news", data: "end" });
    assert.deepEqual(await listener.until("end"), ["end"]);
  }),
  broker("does not mind unsubscribing what is not subscribed", async (broker) => {
    await broker.unsubscribe("nowhere", new Listener().listen);
  }),
  broker("resolves publish when nobody listens", async (broker) => {
    await broker.publish({ topic: "nowhere", data: "a" });
  }),
  [
    "rejects publish and subscribe after close",
    async (create) => {
      const broker = await create();
      const listener = new Listener();
      await broker.subscribe("news", listener.listen);
      await broker.close();
      await assert.rejects(async () => broker.publish({ topic: "news", data: "a" }));
      await assert.rejects(async () => broker.subscribe("news", listener.listen));
      assert.deepEqual(listener.seen, []);
    },
  ],
];

function clusterCases(
  join: (first: Broker) => MaybePromise<Broker>,
): readonly ContractCase<BrokerFactory>[] {
  return [
    broker("reaches the listeners of every node once", async (first) => {
      const second = await join(first);
      try {
        const [here, there] = [new Listener(), new Listener()];
        await first.subscribe("news", here.listen);
        await second.subscribe("news", there.listen);
        await second.publish({ topic: "news", data: "a" });
        await second.publish({ topic: "news", data: "end" });
        assert.deepEqual(await here.until("end"), ["a", "end"]);
        assert.deepEqual(await there.until("end"), ["a", "end"]);
      } finally {
        await second.close();
      }
    }),
  ];
}

/** A case with a broker of its own that is closed afterwards, however it ends. */
function broker(
  name: string,
  prove: (broker: Broker) => Promise<void>,
): ContractCase<BrokerFactory> {
  return [
    name,
    async (create) => {
      const subject = await create();
      try {
        await prove(subject);
      } finally {
        await subject.close();
      }
    },
  ];
}

/** Collects what a listener is called with; brokers may deliver later, so it can be waited for. */
class Listener {
  readonly #inbox = new Inbox<Publication>();

  readonly listen: PublicationListener = (publication) => this.#inbox.push(publication);

  get seen(): (string | Uint8Array)[] {
    return this.#inbox.all.map(({ data }) => data);
  }

  next(): Promise<Publication> {
    return this.#inbox.next();
  }

  /** Everything seen when this text has come, which by the order of a topic comes last. */
  async until(text: string): Promise<(string | Uint8Array)[]> {
    await this.#inbox.next(({ data }) => data === text);
    return this.seen;
  }
}
