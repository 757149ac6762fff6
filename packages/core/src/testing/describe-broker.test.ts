import { describe, expect, it } from "vitest";
import type { Broker, Publication, PublicationListener } from "../contract/broker.ts";
import { MemoryBroker } from "../pubsub/memory-broker.ts";
import { describeBroker } from "./describe-broker.ts";

import { failuresOf } from "./failures-of.ts";

describe("describeBroker finds a broker that", () => {
  const failures = (create: () => Broker): Promise<string[]> =>
    failuresOf((runner) => describeBroker("it", create, runner));
  const right = (): MemoryBroker => new MemoryBroker(() => {});

  it("is right", async () => {
    expect(await failures(right)).toEqual([]);
  });

  it.each<[string, (broker: Pick<Broker, "publish">) => Partial<Broker>]>([
    [
      "delivers twice",
      (broker) => ({
        async publish(publication) {
          await broker.publish(publication);
          await broker.publish(publication);
        },
      }),
    ],
    ["delivers nothing", () => ({ publish: async () => {} })],
    ["keeps listeners for ever", () => ({ unsubscribe: async () => {} })],
    [
      "mixes topics",
      (broker) => ({
        publish: (publication) =>
          broker.publish({ ...publication, topic: publication.topic.slice(0, 4).toLowerCase() }),
      }),
    ],
    [
      "makes text of bytes",
      (broker) => ({
        publish: ({ topic, data }) => broker.publish({ topic, data: String(data) }),
      }),
    ],
    ["swallows what it cannot deliver", () => ({ close: async () => {} })],
    [
      "delivers out of order",
      (broker) => {
        let held: Publication | undefined;
        return {
          async publish(publication) {
            if (publication.data === "7") held = publication;
            else await broker.publish(publication);
            if (publication.data === "8" && held !== undefined) await broker.publish(held);
          },
        };
      },
    ],
    [
      "does not copy bytes",
      () => {
        const listeners = new Set<PublicationListener>();
        return {
          subscribe: async (_topic, listener) => void listeners.add(listener),
          async publish(publication) {
            setTimeout(() => {
              for (const listener of listeners) listener(publication);
            });
          },
        };
      },
    ],
  ])("%s", async (_fault, spoil) => {
    const create = (): Broker => {
      const broker = right();
      const publish = broker.publish.bind(broker);
      return Object.assign(broker, spoil({ publish }));
    };
    expect(await failures(create)).not.toEqual([]);
  });
});
