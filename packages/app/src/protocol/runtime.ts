import type { Clock, Deadlines } from "@windlass/core";
import type { PresentMember, Protocol, TopicPatterns } from "@windlass/protocol";
import type { ComponentUsers } from "../users/component-users.ts";
import type { CompiledHandler } from "./handler-table.ts";
import type { ProtocolCallbacks, TopicPolicy } from "./handler-types.ts";
import type { Enter } from "./lane.ts";
import type { ParsedProtocolOptions } from "./protocol-options.ts";
import type { ProtocolTopics } from "./protocol-topics.ts";
import type { FramePublisher } from "./publishing.ts";
import type { SessionUser } from "./session.ts";
import type { SessionStore } from "./session-store.ts";

/** What all connections of one component share. */
export interface ProtocolRuntime<User extends SessionUser> {
  readonly protocol: Protocol;
  readonly options: ParsedProtocolOptions;
  readonly callbacks: ProtocolCallbacks<Protocol, unknown>;
  readonly handlers: ReadonlyMap<string, CompiledHandler>;
  readonly topics: ReadonlyMap<string, TopicPolicy<Protocol, unknown, string>>;
  readonly topicPatterns: TopicPatterns;
  readonly sessions: SessionStore<User>;
  /** The connections that may talk. */
  readonly peers: Set<User>;
  readonly publisher: FramePublisher;
  /** The topics of the protocol among those of the node. */
  readonly ownTopics: ProtocolTopics;
  /** Who is present; `undefined` as long as the component has no route. */
  presence: Presences<User> | undefined;
  /** The users of the App; `undefined` as long as the component has no route of one. */
  users: ComponentUsers | undefined;
  /** What was missed and weighs more is not recovered: it would not fit into a connection's buffer. */
  maxRecoveryBytes: number;
  /** What the server itself does with subscriptions. */
  readonly subscriptions: ServerSubscriptions<User>;
  /** @throws ProtocolError `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN` */
  readonly topicOf: (pattern: string, params: Readonly<Record<string, string>>) => string;
  /** Handles a frame in its turn. */
  readonly enter: Enter<User>;
  readonly clock: Clock;
  /** Limits how long handlers, `onOpen` and `authorize` may take. */
  readonly deadlines: Deadlines;
  readonly counters: ProtocolCounters;
}

/** Subscribers of topics with presence are its members. */
export interface Presences<User> {
  /** A connection has subscribed to a topic. */
  enter(user: User, topic: string): void;
  /** A connection has left a topic, or is gone. */
  leave(user: User, topic: string): void;
  /** Who is present; resolves when what this connection did before is done. */
  members(user: User | undefined, topic: string, limit: number): Promise<readonly PresentMember[]>;
}

/** Subscriptions that no client asked for, and the end of everything. */
interface ServerSubscriptions<User> {
  readonly begin: (user: User, topic: string) => Promise<void> | undefined;
  /** Whether there was one. */
  readonly end: (user: User, topic: string) => boolean;
  /** The connection is gone. */
  readonly endAll: (user: User) => void;
}

/** What is counted. */
interface ProtocolCounters {
  /** Connections so far. */
  opened: number;
  /** Handlers under way. */
  running: number;
  /** Frames and data that did not fit, and names that do not exist, so far. */
  violations: number;
}
