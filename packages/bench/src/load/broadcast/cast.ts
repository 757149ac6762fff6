import type { Adapter } from "../../contract/adapter.ts";
import type { BroadcastSettings } from "../../contract/settings.ts";
import type { WorkerShare } from "../../contract/worker-messages.ts";
import { Client, type ClientObserver } from "../client.ts";
import { createClientPlan } from "../client-plan.ts";
import { BroadcastPayloads, PHASES } from "./payloads.ts";
import { BroadcastPublisher } from "./publisher.ts";
import { BroadcastTopic, type DeliverySink } from "./topic.ts";

/** Where a client belongs. */
export interface Seat {
  readonly topic: BroadcastTopic;
  /** Number of the subscriber within its topic and worker; a publisher comes after all of them. */
  readonly slot: number;
  /** Number of the publisher within its topic; -1 for a subscriber. */
  readonly publisher: number;
}

/** All connections of a worker, subscribers first so that they listen before publishers are there. */
export interface Cast {
  readonly clients: readonly Client[];
  /** By the index of the client. */
  readonly seats: readonly Seat[];
  readonly topics: readonly BroadcastTopic[];
  readonly publishers: readonly BroadcastPublisher[];
}

/** Makes the connections of a worker's share and gives each its part. */
export function createCast(
  share: WorkerShare,
  settings: BroadcastSettings,
  adapter: Adapter,
  owner: ClientObserver & DeliverySink,
): Cast {
  const payloads = new BroadcastPayloads(settings, adapter);
  const plan = createClientPlan(share, adapter, (topic) => payloads.replyReader(topic));
  const subscribersHere = countEach(share.subscriberTopics);
  const clients: Client[] = [];
  const seats: Seat[] = [];
  const topics = new Map<number, BroadcastTopic>();
  const publishers: BroadcastPublisher[] = [];

  const topicOf = (number: number): BroadcastTopic => {
    const known = topics.get(number);
    if (known !== undefined) return known;
    const subscribers = subscribersHere.get(number) ?? 0;
    const topic = new BroadcastTopic(
      {
        subscribers,
        subscribersInAll: subscribersInAll(settings, number, subscribers),
        publishers: payloads.publishersPerTopic,
        sequences: payloads.sequences,
        publisherReceives: settings.publisherReceives,
      },
      owner,
    );
    topics.set(number, topic);
    return topic;
  };

  const taken = new Map<number, number>();
  for (const number of share.subscriberTopics) {
    const slot = taken.get(number) ?? 0;
    taken.set(number, slot + 1);
    seats.push({ topic: topicOf(number), slot, publisher: -1 });
    clients.push(new Client(plan, owner, clients.length, number, "subscriber"));
  }
  for (const number of share.publisherTopics) {
    const topic = topicOf(number);
    const publisher = topic.publishers.length;
    seats.push({ topic, slot: subscribersHere.get(number) ?? 0, publisher });
    const client = new Client(plan, owner, clients.length, number, "publisher");
    clients.push(client);
    const pools = Array.from({ length: PHASES }, (_, phase) =>
      payloads.pool(number, publisher * PHASES + phase),
    );
    const publishing = new BroadcastPublisher(client, publisher, topic, pools);
    topic.publishers.push(publishing);
    publishers.push(publishing);
  }
  return { clients, seats, topics: [...topics.values()], publishers };
}

function countEach(numbers: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  return counts;
}

/** With fewer topics than workers, subscribers of a topic are in several of them. */
function subscribersInAll(settings: BroadcastSettings, topic: number, here: number): number {
  const { topics, workers, subscribers } = settings;
  if (topics >= workers) return here;
  return Math.floor(subscribers / topics) + (topic < subscribers % topics ? 1 : 0);
}
