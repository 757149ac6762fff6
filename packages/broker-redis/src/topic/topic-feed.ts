import {
  Listeners,
  type Position,
  type Publication,
  type PublicationListener,
} from "@windlass/core";
import type { Standing } from "../feed/feed.ts";
import type { HeardFeed } from "../feed/subscriptions.ts";
import type { RedisConnection } from "../link/redis-connection.ts";
import { decodeEnvelope, parsePosition, splitMessage } from "./envelope.ts";
import { GapTracker } from "./gap-tracker.ts";
import type { HeldBudget } from "./held-publications.ts";
import type { HistoryReader } from "./read-history.ts";
import type { TopicKeys } from "./topic-keys.ts";

/** What a topic's feed tells. */
export interface TopicFeedEvents {
  /** Publications are lost for good. Must not throw. */
  onGap(): void;
  /** A message cannot be read. */
  onUnreadable(error: unknown): void;
  /** A listener has thrown. */
  onListenerError(error: unknown): void;
  /** What is missing could not be read; the feed has to be begun anew. */
  onStuck(error: unknown): void;
}

/** One topic with the listeners of this node: they hear everything, in order, each once. */
export class TopicFeed implements HeardFeed<PublicationListener> {
  readonly tag: string;
  readonly channel: string;
  readonly #topic: string;
  readonly #keys: TopicKeys;
  readonly #reader: HistoryReader;
  readonly #events: TopicFeedEvents;
  readonly #tracker: GapTracker;
  readonly #listeners: Listeners<Publication>;
  #hasBegun = false;
  /** Counts interruptions, so that what was begun before one does not go on after it. */
  #cuts = 0;
  #catchingUp: Promise<void> | undefined;
  #begunAt: Position | undefined;

  constructor(
    topic: string,
    keys: TopicKeys,
    reader: HistoryReader,
    budget: HeldBudget,
    events: TopicFeedEvents,
  ) {
    this.tag = keys.tag;
    this.channel = keys.channel;
    this.#topic = topic;
    this.#keys = keys;
    this.#reader = reader;
    this.#events = events;
    const listeners = new Listeners<Publication>((error) => events.onListenerError(error));
    this.#listeners = listeners;
    this.#tracker = new GapTracker(
      { deliver: (publication) => listeners.emit(publication), gap: () => events.onGap() },
      budget,
    );
  }

  /** Where the topic stood when this node began to listen. */
  get begunAt(): Position | undefined {
    return this.#begunAt;
  }

  /** That of the last publication that listeners have heard. */
  get position(): Position | undefined {
    return this.#tracker.position;
  }

  addListener(listener: PublicationListener): void {
    this.#listeners.add(this.#topic, listener);
  }

  removeListener(listener: PublicationListener): void {
    this.#listeners.remove(this.#topic, listener);
  }

  onMessage(message: Buffer): void {
    const { position, envelope } = splitMessage(message);
    try {
      this.#tracker.receive(decodeEnvelope(this.#topic, envelope, position));
    } catch (error) {
      this.#events.onUnreadable(error);
      this.#events.onGap();
      return;
    }
    if (this.#tracker.wanted === undefined || this.#catchingUp !== undefined) return;
    const cuts = this.#cuts;
    this.#catchUp().catch((error: unknown) => {
      if (cuts === this.#cuts) this.#events.onStuck(error);
    });
  }

  onCut(): void {
    this.#cuts += 1;
    this.#catchingUp = undefined;
    this.#tracker.suspend();
  }

  async survey(events: RedisConnection): Promise<Standing> {
    const before = this.#tracker.position;
    const reply = await events.send(["HMGET", this.#keys.position, "epoch", "offset"]);
    const [epoch, offset] = Array.isArray(reply) ? reply : [];
    const stored = epoch ? parsePosition(`${epoch}:${offset}`) : undefined;
    return {
      adopt: async () => {
        if (this.#hasBegun) this.#tracker.resume(stored, before);
        else this.#begin(stored);
        await this.#catchUp();
      },
      verify: async () => {
        if (this.#catchingUp !== undefined) {
          await this.#catchingUp;
          return false;
        }
        this.#tracker.check(stored, before);
        if (this.#tracker.wanted === undefined) return false;
        await this.#catchUp();
        return true;
      },
    };
  }

  end(): void {
    this.#cuts += 1;
    this.#listeners.clear();
    this.#tracker.clear();
  }

  #begin(stored: Position | undefined): void {
    this.#hasBegun = true;
    this.#begunAt = stored;
    this.#tracker.begin(stored);
  }

  async #catchUp(): Promise<void> {
    this.#catchingUp ??= this.#readMissing(this.#cuts);
    const own = this.#catchingUp;
    try {
      await own;
    } finally {
      if (this.#catchingUp === own) this.#catchingUp = undefined;
    }
  }

  async #readMissing(cuts: number): Promise<void> {
    for (;;) {
      const since = this.#tracker.wanted;
      if (since === undefined || cuts !== this.#cuts) return;
      const page = await this.#reader.readAfter(since);
      if (cuts !== this.#cuts) return;
      this.#tracker.addPage(page);
    }
  }
}
