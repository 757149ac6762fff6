import type {
  BrokerHost,
  HistoryBroker,
  HistoryPage,
  HistoryQuery,
  Position,
  PresenceStore,
  Publication,
  PublicationListener,
  PublishPolicy,
  PublishReceipt,
} from "@windlass/core";
import { Backend, type OpenBackend } from "./backend.ts";
import { checkOptions } from "./check-options.ts";
import { Subscriptions } from "./feed/subscriptions.ts";
import type { RedisHealth } from "./health.ts";
import { Life } from "./life.ts";
import type { RedisReply } from "./link/redis-connection.ts";
import type { RedisBrokerOptions } from "./options.ts";
import { RedisPresence } from "./presence/redis-presence.ts";
import { RandomNames } from "./random-names.ts";
import { encodeMessage, parsePosition } from "./topic/envelope.ts";
import { makeTopicFeeds } from "./topic/make-topic-feeds.ts";
import { HistoryReader } from "./topic/read-history.ts";
import type { TopicFeed } from "./topic/topic-feed.ts";
import { TopicKeys } from "./topic/topic-keys.ts";
import { publishScript } from "./topic/topic-scripts.ts";

interface OpenBroker extends OpenBackend {
  readonly subscriptions: Subscriptions<PublicationListener, TopicFeed>;
}

/**
 * Carries publications between nodes over Redis, and keeps their history there. What the link to Redis made
 * this node miss is read from the history when it is back.
 *
 * After `close()`, every call rejects with `ERR_APP_STATE`. Without a link, and when no answer comes within
 * `commandTimeoutMs`, calls reject with `ERR_BROKER_UNAVAILABLE`: nothing is queued for later.
 */
export class RedisBroker implements HistoryBroker {
  /** Who is present, in the same Redis and over the same connections. Opened and closed by itself. */
  readonly presence: PresenceStore;
  readonly #backend: Backend;
  readonly #life = new Life("broker");
  readonly #epochs = new RandomNames();
  #open: OpenBroker | undefined;

  /** @throws WindlassError `ERR_OPTION_INVALID` */
  constructor(options: RedisBrokerOptions) {
    this.#backend = new Backend(checkOptions(options));
    this.presence = new RedisPresence(this.#backend);
  }

  get health(): RedisHealth {
    return this.#backend.health;
  }

  /** @throws WindlassError `ERR_BROKER_UNAVAILABLE` when Redis cannot be reached, or cannot be used. */
  async open(host: BrokerHost): Promise<void> {
    this.#life.assertUnused();
    const open = await this.#backend.acquire(host.log);
    const create = makeTopicFeeds(open, this.#backend.settings, host);
    this.#open = { ...open, subscriptions: new Subscriptions(open.feeds, create) };
    this.#life.begin();
  }

  async publish(publication: Publication, policy: PublishPolicy = {}): Promise<PublishReceipt> {
    const { commander } = this.#use("publish()");
    const keys = this.#keysOf(publication.topic);
    const message = encodeMessage(publication);
    const { history, idempotency } = policy;
    try {
      if (history === undefined && idempotency === undefined) {
        await commander.send(keys.tag, ["SPUBLISH", keys.channel, message]);
        return { isDuplicate: false };
      }
      const names = [keys.position, keys.log];
      if (idempotency !== undefined) names.push(keys.published(idempotency.key));
      const args = [keys.channel, message.subarray(1), this.#epochs.next(), ...numbersOf(policy)];
      return toReceipt(await commander.run(keys.tag, publishScript, names, args));
    } catch (error) {
      throw this.#backend.unavailable("publish()", error);
    }
  }

  async subscribe(topic: string, listener: PublicationListener): Promise<Position | undefined> {
    const { subscriptions } = this.#use("subscribe()");
    try {
      const { feed, isFirst } = await subscriptions.add(topic, listener);
      return isFirst ? feed.begunAt : feed.position;
    } catch (error) {
      throw this.#backend.unavailable("subscribe()", error);
    }
  }

  async unsubscribe(topic: string, listener: PublicationListener): Promise<void> {
    this.#open?.subscriptions.remove(topic, listener);
  }

  async history(topic: string, query: HistoryQuery = {}): Promise<HistoryPage> {
    const { commander } = this.#use("history()");
    const reader = new HistoryReader(commander, topic, this.#keysOf(topic));
    try {
      return await reader.read(query);
    } catch (error) {
      throw this.#backend.unavailable("history()", error);
    }
  }

  async forget(topic: string): Promise<void> {
    const { commander } = this.#use("forget()");
    const keys = this.#keysOf(topic);
    try {
      await commander.send(keys.tag, ["DEL", keys.position, keys.log]);
    } catch (error) {
      throw this.#backend.unavailable("forget()", error);
    }
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (!this.#life.end() || open === undefined) return;
    open.subscriptions.end();
    await this.#backend.release();
  }

  #use(call: string): OpenBroker {
    this.#life.assertOpen(call);
    if (this.#open === undefined) throw new Error("an open broker has its backend");
    return this.#open;
  }

  #keysOf(topic: string): TopicKeys {
    return new TopicKeys(this.#backend.settings.keyPrefix, topic);
  }
}

/** Size, how long to keep it, how long to remember the position, and the window of the idempotency key. */
function numbersOf({ history, idempotency }: PublishPolicy): string[] {
  const { size = 0, ttlMs = 0, positionTtlMs = 0 } = history ?? {};
  return [size, ttlMs, positionTtlMs, idempotency?.windowMs ?? 0].map(String);
}

function toReceipt(reply: RedisReply): PublishReceipt {
  const [isDuplicate, at] = Array.isArray(reply) ? reply : [];
  const position = parsePosition(String(at ?? ""));
  return { isDuplicate: isDuplicate === 1, ...(position !== undefined && { position }) };
}
