import {
  type Logger,
  type PresenceChange,
  type PresenceMember,
  type PresenceStore,
  toError,
} from "@windlass/core";
import type { PresentMember, Protocol, TopicMatch } from "@windlass/protocol";
import type { Peer } from "./peer.ts";
import type { PresenceBatches } from "./presence-batches.ts";
import type { Presences } from "./runtime.ts";

/** What the presence of a component's topics is made of. */
export interface TopicPresenceParts {
  readonly store: PresenceStore;
  readonly batches: PresenceBatches;
  readonly protocol: Protocol;
  readonly match: (topic: string) => TopicMatch | undefined;
}

/** Subscribers of topics with presence are its members, and hear who comes and goes. */
export class TopicPresence implements Presences<Peer> {
  readonly #parts: TopicPresenceParts;
  /** Connections of this node that are on a topic. */
  readonly #present = new Map<string, Set<Peer>>();
  /** What a connection asked for last, so that leaving does not overtake coming. */
  readonly #work = new WeakMap<Peer, Promise<void>>();
  readonly #listen = (change: PresenceChange): void => this.#parts.batches.add(change);

  constructor(parts: TopicPresenceParts) {
    this.#parts = parts;
  }

  /** A connection has subscribed to a topic. */
  enter(peer: Peer, topic: string): void {
    const match = this.#matchOf(topic);
    if (match === undefined) return;
    this.#enqueue(peer, topic, async () => {
      const data = await peer.runtime.topics.get(match.pattern)?.member?.(peer, match.params);
      const present = this.#present.get(topic) ?? new Set();
      this.#present.set(topic, present.add(peer));
      if (present.size === 1) await this.#parts.store.watch(topic, this.#listen);
      const memberId = memberIdOf(peer);
      await this.#parts.store.join(topic, { connectionId: peer.id, memberId, data });
    });
  }

  /** A connection has left a topic, or is gone. */
  leave(peer: Peer, topic: string): void {
    if (this.#matchOf(topic) === undefined) return;
    this.#enqueue(peer, topic, async () => {
      const present = this.#present.get(topic);
      // Coming has failed.
      if (present?.delete(peer) !== true) return;
      const isLast = present.size === 0;
      if (isLast) this.#present.delete(topic);
      await this.#parts.store.leave(topic, peer.id);
      if (isLast) await this.#parts.store.unwatch(topic, this.#listen);
    });
  }

  /** Who is present; resolves when what this connection did before is done. */
  async members(peer: Peer | undefined, topic: string, limit: number): Promise<PresentMember[]> {
    if (peer !== undefined) await this.#work.get(peer);
    return (await this.#parts.store.members(topic, limit)).map(toPresentMember);
  }

  #matchOf(topic: string): TopicMatch | undefined {
    const match = this.#parts.match(topic);
    if (match === undefined) return undefined;
    return this.#parts.protocol.topics[match.pattern]?.presence === undefined ? undefined : match;
  }

  #enqueue(peer: Peer, topic: string, work: () => Promise<void>): void {
    const { log }: { readonly log: Logger } = peer;
    const before = this.#work.get(peer) ?? Promise.resolve();
    const done = before.then(work).catch((error: unknown) => {
      log.error({ err: toError(error), topic }, "the presence on a topic could not be changed");
    });
    this.#work.set(peer, done);
  }
}

function memberIdOf(peer: Peer): string {
  return peer.user?.userId ?? peer.id;
}

function toPresentMember({ memberId: id, data }: PresenceMember): PresentMember {
  return data === undefined ? { id } : { id, data };
}
