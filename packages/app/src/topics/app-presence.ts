import {
  accept,
  type Connection,
  checkPublicTopic,
  type Guard,
  type Handshake,
  type Logger,
  type PresenceCount,
  type PresenceListener,
  type PresenceMember,
  type PresenceStore,
} from "@windlass/core";
import { Retries } from "../users/retries.ts";

/** Who is present on topics, over all nodes. Raw connections enter and leave by this. */
export class AppPresence {
  readonly store: PresenceStore;
  /** Of each route, so that connections leave when they are closed. */
  readonly guard: Guard;
  readonly #log: Logger;
  readonly #leaving: Retries;
  readonly #entered = new WeakMap<Handshake, Map<string, string>>();
  #isOpen = false;

  constructor(store: PresenceStore, log: Logger) {
    this.store = store;
    this.#log = log;
    this.#leaving = new Retries(log);
    this.guard = { check: () => accept, release: (handshake) => this.#leaveAll(handshake) };
  }

  /**
   * A connection is present on a topic from now until it leaves or is closed. Its member is its user
   * or, without one, the connection itself.
   *
   * @param data what others see of it; JSON
   * @throws WindlassError (as a rejection) `ERR_TOPIC_INVALID`, `ERR_BROKER_UNAVAILABLE`
   */
  async enter(topic: string, connection: Connection, data?: unknown): Promise<void> {
    checkPublicTopic(topic);
    const { id: connectionId, handshake, user } = connection;
    const topics = this.#entered.get(handshake) ?? new Map<string, string>();
    this.#entered.set(handshake, topics.set(topic, connectionId));
    await this.store.join(topic, { connectionId, memberId: user?.userId ?? connectionId, data });
    // It was closed meanwhile, and had left before it came.
    if (connection.state === "closed") await this.store.leave(topic, connectionId);
  }

  /** @throws WindlassError (as a rejection) `ERR_BROKER_UNAVAILABLE` */
  async leave(topic: string, connection: Connection): Promise<void> {
    this.#entered.get(connection.handshake)?.delete(topic);
    await this.store.leave(topic, connection.id);
  }

  /** Members in the order in which they came, at most `limit`. Default: all. */
  members(topic: string, limit?: number): Promise<readonly PresenceMember[]> {
    return this.store.members(topic, limit);
  }

  count(topic: string): Promise<PresenceCount> {
    return this.store.count(topic);
  }

  /** Calls the listener when a member comes or goes, on whichever node. */
  watch(topic: string, listener: PresenceListener): Promise<void> {
    return this.store.watch(topic, listener);
  }

  unwatch(topic: string, listener: PresenceListener): Promise<void> {
    return this.store.unwatch(topic, listener);
  }

  /** Opens the store, unless an earlier `run()` has. */
  async open(nodeId: string): Promise<void> {
    if (this.#isOpen) return;
    await this.store.open({ nodeId, log: this.#log });
    this.#isOpen = true;
  }

  /** After the last connection is gone. */
  close(): Promise<void> {
    this.#leaving.close();
    return this.store.close();
  }

  #leaveAll(handshake: Handshake): void {
    for (const [topic, connectionId] of this.#entered.get(handshake) ?? []) {
      this.#leaving.run(() => this.store.leave(topic, connectionId));
    }
    this.#entered.delete(handshake);
  }
}
