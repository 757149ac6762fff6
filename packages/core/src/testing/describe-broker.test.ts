import { describe } from "vitest";
import type { HistoryBroker, PublicationListener } from "../contract/broker.ts";
import type { Publication, PublishReceipt } from "../contract/publication.ts";
import { MemoryBroker } from "../pubsub/memory-broker.ts";
import { describeBroker } from "./describe-broker.ts";
import { type Fault, itFindsFaults, spoiled } from "./faults.test-helper.ts";
import { BrokerNode } from "./in-process-nodes.test-helper.ts";
import { ManualClock } from "./manual-clock.ts";

const faults: Record<string, Fault<HistoryBroker>> = {
  "delivers twice": ({ publish }) => ({
    async publish(publication) {
      await publish(publication);
      return publish(publication);
    },
  }),
  "delivers nothing": () => ({ publish: async () => ({ isDuplicate: false }) }),
  "calls one listener of a topic": ({ subscribe }) => {
    const topics = new Set<string>();
    return {
      async subscribe(topic, listener) {
        if (!topics.has(topic)) await subscribe(topic, listener);
        topics.add(topic);
        return undefined;
      },
    };
  },
  "gives everything a position": ({ publish }) => ({
    async publish(publication, policy) {
      const receipt = await publish(publication, policy);
      return { ...receipt, position: { epoch: "epoch", offset: 1 } };
    },
  }),
  "tells nobody on other nodes": ({ publish, subscribe }) => {
    let isPublishing = false;
    return {
      publish(publication, policy) {
        isPublishing = true;
        const receipt = publish(publication, policy);
        isPublishing = false;
        return receipt;
      },
      subscribe: (topic, listener) =>
        subscribe(topic, (publication) => {
          if (isPublishing) listener(publication);
        }),
    };
  },
  "ends for all nodes when one closes": (node) => ({
    async close() {
      await (node as BrokerNode).shared.close();
      await node.close();
    },
  }),
  "calls a listener as often as it subscribed": ({ subscribe }) => ({
    subscribe: (topic, listener) => subscribe(topic, (publication) => listener(publication)),
  }),
  "keeps listeners for ever": () => ({ unsubscribe: async () => {} }),
  "lets a topic go for ever": ({ subscribe, unsubscribe }) => {
    const gone = new Set<string>();
    return {
      subscribe: async (topic, listener) =>
        gone.has(topic) ? undefined : subscribe(topic, listener),
      async unsubscribe(topic, listener) {
        gone.add(topic);
        await unsubscribe(topic, listener);
      },
    };
  },
  "delivers what is under way to who has left": ({ publish, subscribe }) => ({
    async publish(publication, policy) {
      await new Promise(setImmediate);
      return publish(publication, policy);
    },
    subscribe: (topic, listener) =>
      subscribe(topic, (publication) => void Promise.resolve().then(() => listener(publication))),
    unsubscribe: async () => {},
  }),
  "demands that one unsubscribes what is subscribed": ({ subscribe, unsubscribe }) => {
    const listeners = new Set<PublicationListener>();
    return {
      subscribe(topic, listener) {
        listeners.add(listener);
        return subscribe(topic, listener);
      },
      async unsubscribe(topic, listener) {
        if (!listeners.has(listener)) throw new Error("not subscribed");
        await unsubscribe(topic, listener);
      },
    };
  },
  "rejects what nobody wants": ({ publish, subscribe }) => {
    const topics = new Set<string>();
    return {
      subscribe(topic, listener) {
        topics.add(topic);
        return subscribe(topic, listener);
      },
      async publish(publication, policy) {
        if (!topics.has(publication.topic)) throw new Error("nobody listens");
        return publish(publication, policy);
      },
    };
  },
  "mixes topics": ({ publish }) => ({
    publish: (publication, policy) =>
      publish({ ...publication, topic: publication.topic.slice(0, 4).toLowerCase() }, policy),
  }),
  "makes text of bytes": ({ publish }) => ({
    publish: (publication, policy) =>
      publish({ ...publication, data: String(publication.data) }, policy),
  }),
  "loses attributes": ({ publish }) => ({
    publish: ({ topic, data }, policy) => publish({ topic, data }, policy),
  }),
  "answers without a receipt": ({ publish }) => ({
    async publish(publication) {
      await publish(publication);
      return undefined as never;
    },
  }),
  "delivers the last publication to who subscribes": ({ publish, subscribe }) => {
    let last: Publication | undefined;
    return {
      publish(publication, policy) {
        last = publication;
        return publish(publication, policy);
      },
      subscribe(topic, listener) {
        if (last?.topic === topic) listener(last);
        return subscribe(topic, listener);
      },
    };
  },
  "swallows what it cannot deliver": () => ({ close: async () => {} }),
  "delivers out of order": ({ publish }) => {
    let held: Publication | undefined;
    return {
      async publish(publication, policy) {
        const { data } = publication;
        const isHeld = data === "7" || data === "second 7";
        if (isHeld) held = publication;
        const receipt = isHeld ? { isDuplicate: false } : await publish(publication, policy);
        if ((data === "8" || data === "second 8") && held !== undefined) await publish(held);
        return receipt;
      },
    };
  },
  "does not copy bytes": () => {
    const listeners = new Set<PublicationListener>();
    return {
      subscribe: async (_topic, listener) => void listeners.add(listener),
      async publish(publication) {
        setTimeout(() => {
          for (const listener of listeners) listener(publication);
        });
        return { isDuplicate: false };
      },
    };
  },
  "does not know idempotency keys": ({ publish }) => ({
    publish: (publication) => publish(publication),
  }),
  "does not see keys that are under way": ({ publish }) => {
    const seen = new Map<string, PublishReceipt>();
    return {
      async publish(publication, { idempotency } = {}) {
        const key = `${publication.topic.length}${publication.topic}${idempotency?.key}`;
        const known = idempotency && seen.get(key);
        if (known !== undefined) return { ...known, isDuplicate: true };
        const receipt = await publish(publication);
        seen.set(key, receipt);
        return receipt;
      },
    };
  },
  "mixes the keys of topics": ({ publish }) => ({
    publish(publication, policy) {
      if (policy?.idempotency === undefined) return publish(publication, policy);
      const { key, windowMs } = policy.idempotency;
      const joint = `${publication.topic}:${key}`;
      return publish({ ...publication, topic: "all" }, { idempotency: { key: joint, windowMs } });
    },
  }),
  "knows keys for ever": ({ publish }) => ({
    publish(publication, policy) {
      if (policy?.idempotency === undefined) return publish(publication, policy);
      const { key } = policy.idempotency;
      return publish(publication, { idempotency: { key, windowMs: 1e9 } });
    },
  }),
};

describe("describeBroker finds a broker that", () => {
  itFindsFaults<HistoryBroker>((fault, runner) => {
    const clock = new ManualClock();
    describeBroker(
      "it",
      () => spoiled(new BrokerNode(new MemoryBroker({ clock })), fault),
      runner,
      {
        advance: (ms) => clock.advance(ms),
        join: (first) => spoiled(new BrokerNode((first as BrokerNode).shared), fault),
      },
    );
  }, faults);
});
