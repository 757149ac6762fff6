import type { HistoryGap, HistoryPage, HistoryQuery, PublicationListener } from "./broker.ts";
import type { Connection } from "./connection.ts";
import type { Sendable } from "./message.ts";
import type {
  HistoryPolicy,
  Position,
  Publication,
  PublicationAttributes,
  PublishReceipt,
} from "./publication.ts";

/** What becomes of a publication for a connection that has not read what came before. */
export type SlowConsumerPolicy = "close" | "drop-new" | "drop-oldest" | "conflate";

/** What is known of the topics of one pattern, whoever publishes to them. */
export interface TopicPolicy {
  /** Default: nothing is kept. */
  readonly history: HistoryPolicy | undefined;
  /** Whether who subscribes gets the newest publication at once; needs a history. */
  readonly isLastValue: boolean;
  /** Default: what the route says. */
  readonly slowConsumer: SlowConsumerPolicy | undefined;
}

/** Finds the policy of a topic; `undefined` for topics that nothing was declared about. */
export type FindTopicPolicy = (topic: string) => TopicPolicy | undefined;

/** How to publish. */
export interface TopicPublishOptions {
  /** The value that `data` is the JSON of: audiences of this process need not parse it. */
  readonly value?: unknown;
  /** The connection that does not get it. Default: everybody does. */
  readonly except?: Connection | undefined;
  /** Whether a connection gets it; only for what does not go through a broker. Default: each does. */
  readonly where?: ((connection: Connection) => boolean) | undefined;
  /** Default: none. */
  readonly attributes?: PublicationAttributes;
  /** As in the broker's contract. */
  readonly idempotency?: { readonly key: string; readonly windowMs: number };
}

/** What became of a publication. */
export interface PublishResult extends PublishReceipt {
  /** Whether this node has a subscriber of the topic. Others may have some, too. */
  readonly hasSubscribers: boolean;
}

/** What somebody missed who was away. */
export interface Recovery {
  /** In order, each with its position. Empty when `gap` says that it is not known. */
  readonly publications: readonly Publication[];
  /** Where the topic stands after them; `undefined` when nothing is remembered of it. */
  readonly position: Position | undefined;
  /** Why it is not known what was missed. `limit`: it is more than may be asked for at once. */
  readonly gap: HistoryGap | "limit" | undefined;
}

/** A publication that has not left this process; what is forwarded need not be read. */
export interface LocalPublication extends Omit<Publication, "data"> {
  readonly data: Sendable;
  /** A connection of this node that does not get it, besides those of `exclude`. */
  readonly except?: Connection | undefined;
  readonly where?: ((connection: Connection) => boolean) | undefined;
  /** The value that `data` is the JSON of, where it is at hand. */
  readonly value?: unknown;
}

/** A group of local subscribers that deliver in their own way: those of a route, those of a protocol. */
export interface TopicAudience {
  /** Delivers to its subscribers of the topic. Whether there was anybody. Must not throw. */
  deliver(publication: LocalPublication, policy: TopicPolicy | undefined): boolean;
  /** Subscribers of the topic missed something that cannot be made good. Must not throw. */
  missed(topic: string): void;
  /** Whether it has a subscriber of the topic that would get a publication with these attributes. */
  hasSubscribers(topic: string, attributes: PublicationAttributes | undefined): boolean;
}

/**
 * The topics of one node. A topic is one in the whole app: subscribers of every route and every node
 * hear what is published to it. Topics that begin with `$` are the framework's own.
 */
export interface Topics {
  /**
   * Publishes to all nodes. Never an unhandled rejection: what nobody awaits is logged.
   *
   * @throws WindlassError (as a rejection) `ERR_TOPIC_INVALID`, `ERR_BROKER_UNAVAILABLE`, `ERR_APP_STATE`
   */
  publish(topic: string, data: Sendable, options?: TopicPublishOptions): Promise<PublishResult>;
  /** Who has a subscriber of a topic wants its publications from other nodes. Counted: one `release` each. */
  retain(topic: string): void;
  release(topic: string): void;
  /**
   * What was published since a position, without a gap between that and what audiences get from now
   * on: `enter` is called in the moment in which both meet, and must subscribe synchronously. Of a
   * topic that is retained. Without `since`: where the topic stands, and the newest publication of a
   * last-value topic. Since `oldest`: everything that is kept, or the newest of it when that is more than
   * may be asked for at once. Nothing to wait for: `enter` is called at once and `undefined` returned.
   *
   * @throws WindlassError (as a rejection) `ERR_BROKER_UNAVAILABLE`
   */
  recover(
    topic: string,
    since: Position | "oldest" | undefined,
    enter: (recovery: Recovery) => void,
  ): Promise<void> | undefined;
  /**
   * A listener of this node, for topics of the framework itself. Resolves when nothing will be missed.
   *
   * @throws whatever the broker's `subscribe` rejects with (as a rejection); then nothing is listened to
   */
  listen(topic: string, listener: PublicationListener): Promise<void>;
  unlisten(topic: string, listener: PublicationListener): Promise<void>;
  /** @throws WindlassError (as a rejection) `ERR_BROKER_UNAVAILABLE`, `ERR_TOPIC_INVALID` */
  history(topic: string, query?: HistoryQuery): Promise<HistoryPage>;
  addAudience(audience: TopicAudience): void;
  /** Policies of topics; where two know a topic, the one that was added last counts. */
  addPolicies(find: FindTopicPolicy): void;
  /** The policy of a topic. */
  policyOf(topic: string): TopicPolicy | undefined;
}
