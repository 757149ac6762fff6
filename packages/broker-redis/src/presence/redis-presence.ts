import type {
  JoinOutcome,
  Logger,
  MemberLimit,
  PresenceCount,
  PresenceEntry,
  PresenceHost,
  PresenceListener,
  PresenceMember,
  PresenceStore,
} from "@windlass/core";
import { neverThrowing } from "@windlass/core";
import type { Backend, OpenBackend } from "../backend.ts";
import { Subscriptions } from "../feed/subscriptions.ts";
import { Life } from "../life.ts";
import { problemOf } from "../link/link-error.ts";
import type { Shard } from "../link/shard.ts";
import { TopicKeys } from "../topic/topic-keys.ts";
import { Attendance } from "./attendance.ts";
import { PresenceFeed } from "./presence-feed.ts";
import { MembersReader, toPresenceMember } from "./read-members.ts";

interface OpenPresence {
  readonly backend: OpenBackend;
  readonly log: Logger;
  readonly attendance: Attendance;
  readonly watches: Subscriptions<PresenceListener, PresenceFeed>;
  readonly onUp: (shard: Shard) => void;
}

/**
 * Knows who is present, in the Redis of a broker. Calls reject as those of the broker do; a connection whose
 * `leave` was rejected leaves as soon as there is a link again.
 */
export class RedisPresence implements PresenceStore {
  readonly #backend: Backend;
  readonly #life = new Life("presence");
  #open: OpenPresence | undefined;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** @throws WindlassError `ERR_BROKER_UNAVAILABLE` when Redis cannot be reached, or cannot be used. */
  async open({ nodeId, log }: PresenceHost): Promise<void> {
    this.#life.assertUnused();
    const backend = await this.#backend.acquire(log);
    const { settings } = this.#backend;
    const attendance = new Attendance({ nodeId, backend, settings, log: neverThrowing(log) });
    try {
      await attendance.begin();
    } catch (error) {
      attendance.stop();
      await this.#backend.release();
      throw this.#backend.unavailable("open()", error);
    }
    const onUp = (shard: Shard): void => void attendance.onUp(shard);
    this.#backend.onUp.add(onUp);
    const watches = new Subscriptions<PresenceListener, PresenceFeed>(backend.feeds, (topic) =>
      this.#makeFeed(topic, backend),
    );
    this.#open = { backend, log: neverThrowing(log), attendance, watches, onUp };
    this.#life.begin();
  }

  async join(topic: string, entry: PresenceEntry, limit?: MemberLimit): Promise<JoinOutcome> {
    const { attendance } = this.#use("join()");
    return await this.#try("join()", () => attendance.join(topic, entry, limit));
  }

  async leave(topic: string, connectionId: string): Promise<void> {
    const { attendance } = this.#use("leave()");
    await this.#try("leave()", () => attendance.leave(topic, connectionId));
  }

  async members(topic: string, limit?: number): Promise<readonly PresenceMember[]> {
    const reader = this.#readerOf(topic, this.#use("members()").backend);
    const { members } = await this.#try("members()", () => reader.read(limit));
    return members.map(toPresenceMember);
  }

  async member(topic: string, memberId: string): Promise<PresenceMember | undefined> {
    const reader = this.#readerOf(topic, this.#use("member()").backend);
    const member = await this.#try("member()", () => reader.readMember(memberId));
    return member && toPresenceMember(member);
  }

  async count(topic: string): Promise<PresenceCount> {
    const reader = this.#readerOf(topic, this.#use("count()").backend);
    return await this.#try("count()", () => reader.count());
  }

  async watch(topic: string, listener: PresenceListener): Promise<void> {
    const { watches } = this.#use("watch()");
    await this.#try("watch()", () => watches.add(topic, listener));
  }

  async unwatch(topic: string, listener: PresenceListener): Promise<void> {
    this.#open?.watches.remove(topic, listener);
  }

  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (!this.#life.end() || open === undefined) return;
    const { attendance, watches, onUp, log } = open;
    this.#backend.onUp.delete(onUp);
    watches.end();
    try {
      await attendance.end();
    } catch (error) {
      const problem = problemOf(error, this.#backend.settings.secrets);
      log.warn({ problem }, "other nodes have to see to it that this node's connections leave");
    }
    await this.#backend.release();
  }

  #use(call: string): OpenPresence {
    this.#life.assertOpen(call);
    if (this.#open === undefined) throw new Error("an open store has its backend");
    return this.#open;
  }

  async #try<Result>(call: string, task: () => Promise<Result>): Promise<Result> {
    try {
      return await task();
    } catch (error) {
      throw this.#backend.unavailable(call, error);
    }
  }

  #keysOf(topic: string): TopicKeys {
    return new TopicKeys(this.#backend.settings.keyPrefix, topic);
  }

  #readerOf(topic: string, { commander }: OpenBackend): MembersReader {
    return new MembersReader(commander, this.#keysOf(topic));
  }

  #makeFeed(topic: string, backend: OpenBackend): PresenceFeed {
    const warn = (error: unknown, message: string): void => {
      const problem = problemOf(error, this.#backend.settings.secrets);
      backend.warnings.warn({ topic, problem }, message);
    };
    const reader = this.#readerOf(topic, backend);
    const feed: PresenceFeed = new PresenceFeed(topic, this.#keysOf(topic), reader, {
      onListenerError: (error) => warn(error, "a watcher has thrown"),
      onStuck: (error) => {
        warn(error, "who is present cannot be read; trying again");
        backend.feeds.repair(feed);
      },
    });
    return feed;
  }
}
