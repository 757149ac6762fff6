import { WindlassError } from "../contract/errors.ts";

/** Who can be subscribed. */
export interface TopicMember {
  readonly state: "open" | "closed";
  publish(payload: string | Uint8Array): void;
}

const maxTopicLength = 255;

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
  publish(topic: string, data: string | Uint8Array, except: unknown = undefined): boolean {
    checkTopic(topic);
    const members = [...(this.#members.get(topic) ?? [])].filter((member) => member !== except);
    // A copy for each: what one test peer does to its bytes is no concern of the others.
    for (const member of members) {
      member.publish(typeof data === "string" ? data : data.slice());
    }
    return members.length > 0;
  }
}

function checkTopic(topic: string): void {
  if (typeof topic === "string" && topic !== "" && topic.length <= maxTopicLength) return;
  const seen = typeof topic === "string" ? `of ${topic.length} characters` : `(${typeof topic})`;
  throw new WindlassError("ERR_TOPIC_INVALID", { seen });
}
