import { Listeners, type PresenceChange, type PresenceListener } from "@windlass/core";
import type { Standing } from "../feed/feed.ts";
import type { HeardFeed } from "../feed/subscriptions.ts";
import type { RedisConnection } from "../link/redis-connection.ts";
import type { TopicKeys } from "../topic/topic-keys.ts";
import { parseChange, toPresenceChange } from "./presence-change.ts";
import type { MembersReader, PresenceState } from "./read-members.ts";
import { Roll } from "./roll.ts";

/** What a feed of changes tells. */
export interface PresenceFeedEvents {
  onListenerError(error: unknown): void;
  /** Who is present could not be read; the feed has to be begun anew. */
  onStuck(error: unknown): void;
}

/** While everybody leaves and comes again all the time, reading and hearing may not fit together. */
const attemptsAtMost = 20;

/** The joins and leaves of one topic with the watchers of this node: they hear each once, in order. */
export class PresenceFeed implements HeardFeed<PresenceListener> {
  readonly tag: string;
  readonly channel: string;
  readonly #topic: string;
  readonly #keys: TopicKeys;
  readonly #reader: MembersReader;
  readonly #events: PresenceFeedEvents;
  readonly #listeners: Listeners<PresenceChange>;
  readonly #roll: Roll;
  #cuts = 0;
  #reading: Promise<void> | undefined;

  constructor(topic: string, keys: TopicKeys, reader: MembersReader, events: PresenceFeedEvents) {
    this.tag = keys.tag;
    this.channel = keys.changes;
    this.#topic = topic;
    this.#keys = keys;
    this.#reader = reader;
    this.#events = events;
    this.#listeners = new Listeners((error) => events.onListenerError(error));
    this.#roll = new Roll((change) => this.#listeners.emit(toPresenceChange(topic, change)));
  }

  addListener(listener: PresenceListener): void {
    this.#listeners.add(this.#topic, listener);
  }

  removeListener(listener: PresenceListener): void {
    this.#listeners.remove(this.#topic, listener);
  }

  onMessage(message: Buffer): void {
    const change = parseChange(message);
    // Something that a newer release tells: the members are read instead.
    if (change === undefined) this.#roll.doubt();
    else this.#roll.receive(change);
    if (this.#roll.isSure || this.#reading !== undefined) return;
    const cuts = this.#cuts;
    this.#read().catch((error: unknown) => {
      if (cuts === this.#cuts) this.#events.onStuck(error);
    });
  }

  onCut(): void {
    this.#cuts += 1;
    this.#reading = undefined;
    this.#roll.suspend();
  }

  async survey(events: RedisConnection): Promise<Standing> {
    const before = this.#roll.state;
    const reply = await events.send(["HMGET", this.#keys.presence, "epoch", "change"]);
    const [epoch, change] = Array.isArray(reply) ? reply : [];
    const stored = { epoch: String(epoch ?? ""), change: Number(change ?? 0) };
    return {
      adopt: async () => {
        this.#roll.resume(stored);
        await this.#read();
      },
      verify: async () => await this.#verify(stored, before),
    };
  }

  end(): void {
    this.#cuts += 1;
    this.#listeners.clear();
  }

  async #verify(stored: PresenceState, before: PresenceState): Promise<boolean> {
    if (this.#reading !== undefined) {
      await this.#reading;
      return false;
    }
    if (this.#roll.agrees(stored, before)) return false;
    this.#roll.doubt();
    await this.#read();
    return true;
  }

  async #read(): Promise<void> {
    this.#reading ??= this.#readMembers(this.#cuts);
    const own = this.#reading;
    try {
      await own;
    } finally {
      if (this.#reading === own) this.#reading = undefined;
    }
  }

  async #readMembers(cuts: number): Promise<void> {
    for (let attempt = 0; !this.#roll.isSure && cuts === this.#cuts; attempt += 1) {
      if (attempt === attemptsAtMost)
        throw new Error(`members of ${this.#topic} do not hold still`);
      this.#roll.beginReading();
      const { state, members } = await this.#reader.read();
      if (cuts === this.#cuts) this.#roll.endReading(state, members);
    }
  }
}
