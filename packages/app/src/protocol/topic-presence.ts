import {
  type Clock,
  isPromiseLike,
  type PresenceChange,
  type PresenceMember,
  type PresenceStore,
  toError,
} from "@windlass/core";
import type { PresentMember, Protocol, TopicMatch } from "@windlass/protocol";
import type { Peer } from "./peer.ts";
import type { PresenceBatches } from "./presence-batches.ts";
import { Reconciler } from "./reconciler.ts";
import type { Presences } from "./runtime.ts";

/** What the presence of a component's topics is made of. */
export interface TopicPresenceParts {
  readonly store: PresenceStore;
  readonly batches: PresenceBatches;
  readonly protocol: Protocol;
  readonly clock: Clock;
  readonly match: (topic: string) => TopicMatch | undefined;
}

/** A topic that connections of this node are on, and whether the node hears of its members. */
interface WatchedTopic {
  readonly peers: Set<Peer>;
  readonly watch: Reconciler;
}

/** The only key of a topic's watch. */
const watchKey = "watch";

/** Subscribers of topics with presence are its members, and hear who comes and goes. */
export class TopicPresence implements Presences<Peer> {
  readonly #parts: TopicPresenceParts;
  readonly #topics = new Map<string, WatchedTopic>();
  /** The topics that each connection is to be on. */
  readonly #memberships = new WeakMap<Peer, Reconciler>();
  readonly #listen = (change: PresenceChange): void => this.#parts.batches.add(change);

  constructor(parts: TopicPresenceParts) {
    this.#parts = parts;
  }

  enter(peer: Peer, topic: string): void {
    if (this.#matchOf(topic) !== undefined) this.#membershipsOf(peer).want(topic, true);
  }

  leave(peer: Peer, topic: string): void {
    if (this.#matchOf(topic) !== undefined) this.#membershipsOf(peer).want(topic, false);
  }

  async members(peer: Peer | undefined, topic: string, limit: number): Promise<PresentMember[]> {
    if (peer !== undefined) await this.#memberships.get(peer)?.idle();
    return (await this.#parts.store.members(topic, limit)).map(toPresentMember);
  }

  #membershipsOf(peer: Peer): Reconciler {
    const known = this.#memberships.get(peer);
    if (known !== undefined) return known;
    const memberships = new Reconciler(
      (topic, isWanted) => (isWanted ? this.#join(peer, topic) : this.#part(peer, topic)),
      (error, topic) => {
        const message = "the presence on a topic could not be changed: trying again";
        peer.log.error({ err: toError(error), topic }, message);
      },
      this.#parts.clock,
    );
    this.#memberships.set(peer, memberships);
    return memberships;
  }

  async #join(peer: Peer, topic: string): Promise<void> {
    const match = this.#matchOf(topic);
    if (match === undefined) return;
    const data = await this.#dataOf(peer, match);
    await this.#watch(peer, topic);
    const memberId = peer.user?.userId ?? peer.id;
    await this.#parts.store.join(topic, { connectionId: peer.id, memberId, data });
  }

  async #part(peer: Peer, topic: string): Promise<void> {
    try {
      await this.#parts.store.leave(topic, peer.id);
    } finally {
      this.#unwatch(peer, topic);
    }
  }

  async #dataOf(peer: Peer, { pattern, params }: TopicMatch): Promise<unknown> {
    const data: unknown = peer.runtime.topics.get(pattern)?.member?.(peer, params);
    return isPromiseLike(data) ? peer.runtime.deadlines.limit(data, "The member") : data;
  }

  /** Resolves when the node hears of the topic's members, whoever has asked for it first. */
  async #watch(peer: Peer, topic: string): Promise<void> {
    const watched = this.#topics.get(topic) ?? this.#watchedTopic(topic);
    this.#topics.set(topic, watched);
    watched.peers.add(peer);
    watched.watch.want(watchKey, true);
    await watched.watch.idle();
    if (!watched.watch.isSettled(watchKey, true)) throw new Error("the topic is not watched yet");
  }

  #unwatch(peer: Peer, topic: string): void {
    const watched = this.#topics.get(topic);
    if (watched === undefined) return;
    watched.peers.delete(peer);
    if (watched.peers.size > 0) return;
    watched.watch.want(watchKey, false);
    void watched.watch.idle().then(() => {
      if (watched.peers.size === 0 && watched.watch.isEmpty) this.#topics.delete(topic);
    });
  }

  #watchedTopic(topic: string): WatchedTopic {
    const { store, clock } = this.#parts;
    const watch = new Reconciler(
      (_key, isWanted) =>
        isWanted ? store.watch(topic, this.#listen) : store.unwatch(topic, this.#listen),
      // Who waits for it says so.
      () => {},
      clock,
    );
    return { peers: new Set(), watch };
  }

  #matchOf(topic: string): TopicMatch | undefined {
    const match = this.#parts.match(topic);
    if (match === undefined) return undefined;
    return this.#parts.protocol.topics[match.pattern]?.presence === undefined ? undefined : match;
  }
}

function toPresentMember({ memberId: id, data }: PresenceMember): PresentMember {
  return data === undefined ? { id } : { id, data };
}
