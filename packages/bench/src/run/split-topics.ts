import type { BroadcastSettings } from "../contract/settings.ts";

/** Topic numbers of the connections of a worker. */
export interface TopicPart {
  readonly publisherTopics: readonly number[];
  readonly subscriberTopics: readonly number[];
}

type Broadcast = Pick<BroadcastSettings, "topics" | "publishers" | "subscribers" | "workers">;

/**
 * Which worker has which publishers and subscribers. Publishers and subscribers take turns over the
 * topics. With a topic or more for each worker, a topic stays whole; otherwise the subscribers of a
 * topic are split evenly over the workers that serve it, and its publishers belong to the first of
 * them, which so has a subscriber to wait for.
 */
export function splitTopics(settings: Broadcast): readonly TopicPart[] {
  const { topics, workers, publishers, subscribers } = settings;
  const isWhole = topics >= workers;
  const parts = Array.from({ length: Math.min(workers, isWhole ? topics : subscribers) }, () => ({
    publisherTopics: [] as number[],
    subscriberTopics: [] as number[],
  }));
  const servants = (topic: number) =>
    isWhole
      ? [parts[topic % parts.length]]
      : parts.filter(
          (_, worker) => worker % Math.min(topics, parts.length) === topic % parts.length,
        );
  for (let publisher = 0; publisher < publishers; publisher += 1) {
    const topic = publisher % topics;
    servants(topic)[0]?.publisherTopics.push(topic);
  }
  for (let subscriber = 0; subscriber < subscribers; subscriber += 1) {
    const topic = subscriber % topics;
    const own = servants(topic);
    own[Math.floor(subscriber / topics) % own.length]?.subscriberTopics.push(topic);
  }
  return parts.filter((part) => part.publisherTopics.length + part.subscriberTopics.length > 0);
}
