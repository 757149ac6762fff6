import type { MemberLimit, PresenceEntry } from "@windlass/core";

/** A connection of this node, as it wants to be present. */
export interface OwnConnection {
  readonly entry: PresenceEntry;
  readonly limit: MemberLimit | undefined;
  /** What others see of it, as JSON; empty when it has none. */
  readonly data: string;
  /** Whether Redis has it, as far as this node knows. */
  isPresent: boolean;
}

/** What this node has on one topic. */
interface OwnTopic {
  readonly connections: Map<string, OwnConnection>;
  /** Of which it is not known whether Redis has let them go. */
  readonly leaving: Set<string>;
}

/**
 * This node's own idea of which of its connections are on which topic. It is what is made true again after
 * the link was away.
 */
export class OwnConnections {
  readonly #topics = new Map<string, OwnTopic>();

  get topics(): Iterable<string> {
    return this.#topics.keys();
  }

  get(topic: string, connectionId: string): OwnConnection | undefined {
    return this.#topics.get(topic)?.connections.get(connectionId);
  }

  set(topic: string, own: OwnConnection): void {
    const { connections, leaving } = this.#of(topic);
    connections.set(own.entry.connectionId, own);
    leaving.delete(own.entry.connectionId);
  }

  /** The connection is not there any more, and Redis knows. */
  delete(topic: string, connectionId: string): void {
    this.#topics.get(topic)?.connections.delete(connectionId);
    this.#topics.get(topic)?.leaving.delete(connectionId);
    this.#tidy(topic);
  }

  /** The connection is not there any more, and Redis has to be told still. */
  deleteLater(topic: string, connectionId: string): void {
    const { connections, leaving } = this.#of(topic);
    connections.delete(connectionId);
    leaving.add(connectionId);
  }

  /** Those on a topic, in the order in which they came. */
  connectionsOn(topic: string): readonly OwnConnection[] {
    return [...(this.#topics.get(topic)?.connections.values() ?? [])];
  }

  leavingFrom(topic: string): readonly string[] {
    return [...(this.#topics.get(topic)?.leaving ?? [])];
  }

  /** Whether nothing of this node is on the topic, for all that it knows. */
  isGoneFrom(topic: string): boolean {
    return !this.#topics.has(topic);
  }

  #of(topic: string): OwnTopic {
    let own = this.#topics.get(topic);
    if (own === undefined) {
      own = { connections: new Map(), leaving: new Set() };
      this.#topics.set(topic, own);
    }
    return own;
  }

  #tidy(topic: string): void {
    const own = this.#topics.get(topic);
    if (own?.connections.size === 0 && own.leaving.size === 0) this.#topics.delete(topic);
  }
}
