import type {
  BrokerHost,
  HistoryBroker,
  HistoryPage,
  HistoryQuery,
  PublicationListener,
} from "../contract/broker.ts";
import { WindlassError } from "../contract/errors.ts";
import type {
  JoinOutcome,
  MemberLimit,
  PresenceCount,
  PresenceEntry,
  PresenceListener,
  PresenceMember,
  PresenceStore,
} from "../contract/presence.ts";
import type {
  Position,
  Publication,
  PublishPolicy,
  PublishReceipt,
} from "../contract/publication.ts";
import { MemoryPresence } from "../presence/memory-presence.ts";
import { MemoryBroker } from "../pubsub/memory-broker.ts";
import { ManualClock } from "./manual-clock.ts";

/** One of several nodes of a broker that is shared in memory, to try the suites on. */
export class BrokerNode implements HistoryBroker {
  readonly shared: HistoryBroker;
  readonly #listeners: [string, PublicationListener][] = [];
  #isClosed = false;

  constructor(shared: HistoryBroker = new MemoryBroker({ clock: new ManualClock() })) {
    this.shared = shared;
  }

  async open(_host: BrokerHost): Promise<void> {}

  async publish(publication: Publication, policy?: PublishPolicy): Promise<PublishReceipt> {
    this.#assertOpen();
    return this.shared.publish(publication, policy);
  }

  async subscribe(topic: string, listener: PublicationListener): Promise<Position | undefined> {
    this.#assertOpen();
    this.#listeners.push([topic, listener]);
    return this.shared.subscribe(topic, listener);
  }

  unsubscribe(topic: string, listener: PublicationListener): Promise<void> {
    return this.shared.unsubscribe(topic, listener);
  }

  history(topic: string, query?: HistoryQuery): Promise<HistoryPage> {
    return this.shared.history(topic, query);
  }

  forget(topic: string): Promise<void> {
    return this.shared.forget(topic);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const [topic, listener] of this.#listeners) await this.unsubscribe(topic, listener);
  }

  #assertOpen(): void {
    if (!this.#isClosed) return;
    throw new WindlassError("ERR_APP_STATE", { call: "a call", state: "closed", advice: "none" });
  }
}

/** One of several nodes of a presence that is shared in memory. */
export class PresenceNode implements PresenceStore {
  readonly shared: PresenceStore;
  readonly #own: [string, string][] = [];
  readonly #watchers: [string, PresenceListener][] = [];

  constructor(shared: PresenceStore = new MemoryPresence()) {
    this.shared = shared;
  }

  async open(): Promise<void> {}

  join(topic: string, entry: PresenceEntry, limit?: MemberLimit): Promise<JoinOutcome> {
    this.#own.push([topic, entry.connectionId]);
    return this.shared.join(topic, entry, limit);
  }

  leave(topic: string, connectionId: string): Promise<void> {
    return this.shared.leave(topic, connectionId);
  }

  members(topic: string, limit?: number): Promise<readonly PresenceMember[]> {
    return this.shared.members(topic, limit);
  }

  member(topic: string, memberId: string): Promise<PresenceMember | undefined> {
    return this.shared.member(topic, memberId);
  }

  count(topic: string): Promise<PresenceCount> {
    return this.shared.count(topic);
  }

  async watch(topic: string, listener: PresenceListener): Promise<void> {
    this.#watchers.push([topic, listener]);
    await this.shared.watch(topic, listener);
  }

  unwatch(topic: string, listener: PresenceListener): Promise<void> {
    return this.shared.unwatch(topic, listener);
  }

  async close(): Promise<void> {
    for (const [topic, listener] of this.#watchers) await this.unwatch(topic, listener);
    for (const [topic, connectionId] of this.#own) await this.leave(topic, connectionId);
  }
}
