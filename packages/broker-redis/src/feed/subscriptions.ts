import type { Feed } from "./feed.ts";
import type { FeedHub } from "./feed-hub.ts";

/** A feed with those who listen to it on this node. */
export interface HeardFeed<Listener> extends Feed {
  addListener(listener: Listener): void;
  removeListener(listener: Listener): void;
  /** Lets go of what it holds; nobody listens any more. */
  end(): void;
}

interface Subscription<Listener, Heard> {
  readonly feed: Heard;
  /** Those who want to listen, whether they do already or not. */
  readonly wanted: Set<Listener>;
  /** Settled when the feed is heard, or cannot be. */
  readonly ready: Promise<void>;
}

/** One feed for each topic that somebody on this node listens to. */
export class Subscriptions<Listener, Heard extends HeardFeed<Listener>> {
  readonly #feeds: FeedHub;
  readonly #create: (topic: string) => Heard;
  readonly #topics = new Map<string, Subscription<Listener, Heard>>();

  constructor(feeds: FeedHub, create: (topic: string) => Heard) {
    this.#feeds = feeds;
    this.#create = create;
  }

  /**
   * Resolves when the listener hears everything that comes after this moment, and nothing that came before
   * the call; with whether it is the first one of its topic. @throws LinkError, ErrorReply
   */
  async add(
    topic: string,
    listener: Listener,
  ): Promise<{ readonly feed: Heard; readonly isFirst: boolean }> {
    const known = this.#topics.get(topic);
    const { feed, wanted, ready } = known ?? this.#begin(topic, listener);
    wanted.add(listener);
    try {
      await ready;
      // What others are about to hear was published before this listener came.
      if (known !== undefined) await this.#feeds.verify(feed);
    } catch (error) {
      this.remove(topic, listener);
      throw error;
    }
    if (wanted.has(listener)) feed.addListener(listener);
    return { feed, isFirst: known === undefined };
  }

  remove(topic: string, listener: Listener): void {
    const subscription = this.#topics.get(topic);
    if (subscription === undefined) return;
    const { feed, wanted } = subscription;
    wanted.delete(listener);
    feed.removeListener(listener);
    if (wanted.size === 0) this.#drop(topic, subscription);
  }

  end(): void {
    for (const [topic, subscription] of this.#topics) this.#drop(topic, subscription);
  }

  #begin(topic: string, listener: Listener): Subscription<Listener, Heard> {
    const feed = this.#create(topic);
    // From the moment in which the feed is heard.
    feed.addListener(listener);
    const ready = this.#feeds.add(feed);
    const subscription = { feed, wanted: new Set<Listener>(), ready };
    this.#topics.set(topic, subscription);
    return subscription;
  }

  #drop(topic: string, { feed }: Subscription<Listener, Heard>): void {
    this.#topics.delete(topic);
    this.#feeds.remove(feed);
    feed.end();
  }
}
