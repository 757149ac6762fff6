// What server and generator of the push measurement agree on.

/** The key that requests are signed with. The server that takes it listens on 127.0.0.1 for some seconds. */
export const benchKey = { id: "bench", secret: "push-bench-0123456789abcdef01234" } as const;

/** Where requests go. */
export const publishPath = "/api/publish";

/** With as many subscribers each as a page that several people have open. */
export const topicCount = 25;
export const subscribersPerTopic = 4;

/** Of text, in each publication. */
export const publicationBytes = 100;

/** @param index from 0; beyond the last topic it begins again */
export function topicOf(index: number): string {
  return `topic-${index % topicCount}`;
}

/** Where a connection is subscribed to this topic. */
export function subscriberPath(topic: string): string {
  return `/subscribers/${topic}`;
}

/** The pattern of {@link subscriberPath}. */
export const subscriberPattern = "/subscribers/:topic";
