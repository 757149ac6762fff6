import type {
  Disconnect,
  HistoryPage,
  HistoryQuery,
  Logger,
  MaybePromise,
  PresenceCount,
  PresenceMember,
  PublishResult,
  Topics,
} from "@windlass/core";

/** How something is published or sent. */
export interface PushPublishOptions {
  /** The name of a typed message; the data is then its JSON. Default: raw data, text or bytes. */
  readonly event?: string;
  /** What it is about, for topics that conflate by key. */
  readonly key?: string;
  /** Ids of connections that do not get it. */
  readonly exclude?: readonly string[];
  /** Ids of the only connections that get it. */
  readonly eligible?: readonly string[];
  /** Whether a connection that is behind does without it. */
  readonly isVolatile?: boolean;
  /** A second message with this key is not published. */
  readonly idempotencyKey?: string;
}

/** Users, over all nodes. */
export interface PushUsers {
  send(
    userId: string,
    data: string | Uint8Array,
    options?: PushPublishOptions,
  ): Promise<PublishResult>;
  /** Closes every connection of a user. */
  disconnect(userId: string, disconnect?: Disconnect): Promise<unknown>;
  /** Ids of the user's connections; none when it is not online. */
  connections(userId: string): Promise<readonly string[]>;
  /** Who is online, by number. */
  count(): Promise<{ readonly users: number; readonly connections: number }>;
}

/** Who is present on topics, over all nodes. */
export interface PushPresence {
  /** At most `limit` members, those who came first. */
  members(topic: string, limit?: number): Promise<readonly PresenceMember[]>;
  count(topic: string): Promise<PresenceCount>;
}

/** What `GET /info` answers, besides the number of users. */
export interface PushInfo {
  readonly nodeId: string;
  /** Of Windlass. */
  readonly version: string;
  /** Open on this node. */
  readonly connections: number;
  /** Topics with a subscriber on this node. */
  readonly topics: number;
}

/**
 * What the push API pushes to: an App. The WindlassErrors `ERR_BROKER_UNAVAILABLE`, `ERR_APP_STATE` and
 * `ERR_TOPIC_INVALID`, and a ProtocolError when data does not fit, are answered to who asked; anything
 * else that it rejects with is a failure of the server.
 */
export interface PushTarget {
  readonly log: Logger;
  readonly users: PushUsers;
  readonly presence: PushPresence;
  /**
   * The topics of all nodes: nonces are claimed there, so that a signed request is good once over all of
   * them. Left out on a node that is alone, where it would only cost memory. Default: once on each node.
   */
  readonly topics?: Pick<Topics, "publish"> | undefined;
  publish(
    topic: string,
    data: string | Uint8Array,
    options?: PushPublishOptions,
  ): Promise<PublishResult>;
  history(topic: string, query?: HistoryQuery): Promise<HistoryPage>;
  info(): MaybePromise<PushInfo>;
}
