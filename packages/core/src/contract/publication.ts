/**
 * Where a topic with history stands. Offsets count its publications from 1, without gaps, as long as the
 * epoch is the same. An epoch is a random name, and ends when the topic is forgotten.
 */
export interface Position {
  readonly epoch: string;
  readonly offset: number;
}

/**
 * What is said about a publication besides its data; plain JSON. Brokers carry it as it is and do not
 * read it.
 */
export interface PublicationAttributes {
  /** The name of a typed publication, whose data is JSON. Default: raw data, for raw connections. */
  readonly event?: string;
  /** Pattern of the only route whose connections get it. Default: those of every route. */
  readonly route?: string;
  /** Ids of connections that do not get it. Default: none. */
  readonly exclude?: readonly string[];
  /** Ids of the only connections that get it. Default: all. */
  readonly eligible?: readonly string[];
  /** What it is about: with the policy `conflate`, only the newest publication of a key waits. */
  readonly key?: string;
  /** Whether a connection that is behind does without it. Default: false. */
  readonly isVolatile?: boolean;
  /** As in `send()`. */
  readonly compress?: boolean;
  /** A message between nodes, for the framework itself. */
  readonly control?: Readonly<Record<string, unknown>>;
}

/** A message published to a topic, on its way to the subscribers of every node. */
export interface Publication {
  readonly topic: string;
  /** Strings go as text, bytes as binary. */
  readonly data: string | Uint8Array;
  /** Default: none. */
  readonly attributes?: PublicationAttributes;
  /** Given by the broker, when the topic has a history. */
  readonly position?: Position;
}

/** How much of a topic is kept. */
export interface HistoryPolicy {
  /** How many publications are kept, the newest: 1 to 1,000,000. */
  readonly size: number;
  /** For how long each is kept, in milliseconds: 1 to 31,536,000,000 (a year). */
  readonly ttlMs: number;
  /**
   * For how long after the last publication the topic's position is remembered, in milliseconds; at
   * least `ttlMs`. Who comes back later cannot know whether something was missed.
   */
  readonly positionTtlMs: number;
}

/** What a broker does with one publication besides delivering it. */
export interface PublishPolicy {
  /** Default: it is not kept, and has no position. */
  readonly history?: HistoryPolicy;
  /**
   * A second publication with this key to this topic, within `windowMs` after the first one, is not
   * published. Default: every publication is.
   */
  readonly idempotency?: { readonly key: string; readonly windowMs: number };
}

/** The broker has taken responsibility for a publication. */
export interface PublishReceipt {
  /** With history: where the publication is; of a duplicate, where the first one is. */
  readonly position?: Position;
  /** Whether its idempotency key had been seen, so that nothing was published now. */
  readonly isDuplicate: boolean;
}
