import type { Logger } from "./logger.ts";

/** One connection that is present on a topic. */
export interface PresenceEntry {
  readonly connectionId: string;
  /** Who it is of: connections of one member are one member. */
  readonly memberId: string;
  /** What others see of the member, as JSON. Of several connections, that of the newest counts. */
  readonly data?: unknown;
}

/** A member of a topic. */
export interface PresenceMember {
  readonly memberId: string;
  readonly data?: unknown;
  /** The member's connections, oldest first. */
  readonly connectionIds: readonly string[];
}

/** Members by number. */
export interface PresenceCount {
  readonly members: number;
  readonly connections: number;
}

/** A member has come, with its first connection, or gone, with its last. */
export interface PresenceChange {
  readonly topic: string;
  readonly kind: "join" | "leave";
  readonly memberId: string;
  /** On `leave`, the data of the connection that was last. */
  readonly data?: unknown;
}

/** Told of changes. Must not throw. */
export type PresenceListener = (change: PresenceChange) => void;

/** How many connections one member may have on a topic. */
export interface MemberLimit {
  /** At least 1. */
  readonly max: number;
  /** What gives way: the connection that comes, or the oldest ones. */
  readonly onExcess: "refuse" | "displace";
}

/** What became of a `join`. */
export interface JoinOutcome {
  /** False when the limit refused it. */
  readonly isAdmitted: boolean;
  /** Ids of connections that gave way; they are not present any more. */
  readonly displaced: readonly string[];
}

/** Who uses a store: one node. */
export interface PresenceHost {
  /** Unique over all nodes and restarts. */
  readonly nodeId: string;
  /** Must not throw. */
  readonly log: Logger;
}

/**
 * Knows who is present on which topic, over all nodes. Obligations:
 *
 * - `open` is called once, before anything else.
 * - A connection is present once on a topic: a second `join` replaces its data, and is no excess.
 * - A member joins with its first connection and leaves with its last: watchers on every node hear of
 *   each once, in this order, whatever happens at the same time.
 * - Limits hold over all nodes, also when connections come at the same time.
 * - `join` and `leave` resolve when `members`, on every node, would show it.
 * - Connections of a node that has died leave by themselves within a bounded time. A node that was only
 *   cut off is whole again when it is back: nobody has to call `join` again.
 * - A watcher hears of changes after `watch` has resolved, and of none after `unwatch` has.
 * - Members by `members` come in the order in which they joined. Topics without members leave no memory behind.
 */
export interface PresenceStore {
  open(host: PresenceHost): Promise<void>;
  join(topic: string, entry: PresenceEntry, limit?: MemberLimit): Promise<JoinOutcome>;
  leave(topic: string, connectionId: string): Promise<void>;
  /** At most `limit` members, those who joined first. Default: all. */
  members(topic: string, limit?: number): Promise<readonly PresenceMember[]>;
  /** One member; `undefined` when it is not present. */
  member(topic: string, memberId: string): Promise<PresenceMember | undefined>;
  count(topic: string): Promise<PresenceCount>;
  watch(topic: string, listener: PresenceListener): Promise<void>;
  unwatch(topic: string, listener: PresenceListener): Promise<void>;
  /** The connections of this node leave. Lets go of timers and connections. */
  close(): Promise<void>;
}
