import type { Connection } from "../contract/connection.ts";
import { checkTopic } from "../contract/topic-name.ts";
import type { DeliveryOptions } from "../contract/topic-publisher.ts";

/** Who can be subscribed. */
export interface TopicMember extends Connection {
  publish(payload: string | Uint8Array): void;
}

/** The topics of one route. */
export class InMemoryTopics {
  readonly #members = new Map<string, Set<TopicMember>>();

  /** @throws WindlassError `ERR_TOPIC_INVALID` */
  subscribe(topic: string, member: TopicMember): boolean {
    checkTopic(topic);
    if (member.state === "closed") return false;
    const members = this.#members.get(topic) ?? new Set();
    this.#members.set(topic, members.add(member));
    return true;
  }

  /** @throws WindlassError `ERR_TOPIC_INVALID` */
  unsubscribe(topic: string, member: TopicMember): boolean {
    checkTopic(topic);
    return this.#members.get(topic)?.delete(member) ?? false;
  }

  /** Ends all subscriptions of a member. */
  leave(member: TopicMember): void {
    for (const members of this.#members.values()) members.delete(member);
  }

  /**
   * Returns whether there was anybody.
   *
   * @throws WindlassError `ERR_TOPIC_INVALID`
   */
  publish(topic: string, data: string | Uint8Array, options: DeliveryOptions = {}): boolean {
    checkTopic(topic);
    const members = [...(this.#members.get(topic) ?? [])].filter((member) =>
      isFor(member, options),
    );
    // A copy for each: what one test peer does to its bytes is no concern of the others.
    for (const member of members) {
      member.publish(typeof data === "string" ? data : data.slice());
    }
    return members.length > 0;
  }

  hasSubscribers(topic: string): boolean {
    checkTopic(topic);
    return (this.#members.get(topic)?.size ?? 0) > 0;
  }
}

function isFor(
  member: TopicMember,
  { except, exclude, eligible, where }: DeliveryOptions,
): boolean {
  if (member === except || exclude?.includes(member.id)) return false;
  if (eligible?.includes(member.id) === false) return false;
  return where?.(member) ?? true;
}
