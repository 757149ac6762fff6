import type { Publication } from "../contract/publication.ts";
import type { LocalPublication, TopicAudience, TopicPolicy } from "../contract/topics.ts";
import { MemoryBroker } from "./memory-broker.ts";
import { TopicHub } from "./topic-hub.ts";

export const kept: TopicPolicy = {
  history: { size: 100, ttlMs: 60_000, positionTtlMs: 60_000 },
  isLastValue: false,
  slowConsumer: undefined,
};

/** Subscribers that get what their audience gets from the moment in which they enter. */
export class Audience implements TopicAudience {
  readonly gaps: string[] = [];
  readonly #subscribers = new Map<string, Set<LocalPublication[]>>();

  enter(topic: string, missed: readonly Publication[] = []): LocalPublication[] {
    const heard: LocalPublication[] = [...missed];
    const members = this.#subscribers.get(topic) ?? new Set();
    this.#subscribers.set(topic, members.add(heard));
    return heard;
  }

  deliver(publication: LocalPublication): boolean {
    const members = this.#subscribers.get(publication.topic) ?? new Set();
    for (const heard of members) heard.push(publication);
    return members.size > 0;
  }

  missed(topic: string): void {
    this.gaps.push(topic);
  }

  hasSubscribers(topic: string): boolean {
    return this.#subscribers.has(topic);
  }
}

export function stage(
  policy: TopicPolicy | undefined,
  broker = new MemoryBroker(),
  isDistributed = false,
) {
  const hub = new TopicHub({ broker, isDistributed, maxRecovered: 5 });
  const audience = new Audience();
  hub.addAudience(audience);
  if (policy !== undefined) hub.addPolicies((topic) => (topic === "t" ? policy : undefined));
  return { hub, audience };
}

export const dataOf = (heard: readonly LocalPublication[]) => heard.map(({ data }) => data);
export const positionsOf = (heard: readonly LocalPublication[]) =>
  heard.map(({ position }) => position);
export const settle = () => new Promise((resolve) => setImmediate(resolve));
