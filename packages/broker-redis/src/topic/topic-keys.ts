import { checkTopic } from "@windlass/core";

/**
 * The names under which Redis knows a topic. The topic itself stands between braces in all of them: what is
 * there decides about the slot, so that everything of a topic is in one place of a cluster.
 */
export class TopicKeys {
  /** What stands between the braces. */
  readonly tag: string;
  readonly #base: string;

  /** @throws WindlassError `ERR_TOPIC_INVALID` */
  constructor(prefix: string, topic: string) {
    checkTopic(topic);
    // Redis takes what is between the first pair of braces, and nothing when that is empty.
    this.tag = topic.toWellFormed().replace(/[%{}]/g, encodeURIComponent);
    this.#base = `${prefix}topic:{${this.tag}}:`;
  }

  /** Hash: epoch, offset, and when the oldest publication expires. */
  get position(): string {
    return `${this.#base}position`;
  }

  /** Stream of what is kept. */
  get log(): string {
    return `${this.#base}log`;
  }

  /** Channel of the publications. */
  get channel(): string {
    return `${this.#base}publications`;
  }

  /** Remembers that something with this idempotency key was published. */
  published(key: string): string {
    return `${this.#base}published:${key.toWellFormed()}`;
  }

  /** Hash that counts joins and changes. */
  get presence(): string {
    return `${this.#base}presence`;
  }

  /**
   * What the scripts of presence want: the hash of the connections that are present, the sorted set of their
   * members in the order in which they joined, that of the connections of each member, and the hash of counts.
   */
  get presenceKeys(): readonly string[] {
    const base = this.#base;
    return [`${base}connections`, `${base}members`, `${base}order`, this.presence];
  }

  /** Channel of the joins and leaves. */
  get changes(): string {
    return `${this.#base}changes`;
  }
}
