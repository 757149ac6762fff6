import type { Connection } from "./connection.ts";
import type { Sendable } from "./message.ts";
import type { PresenceStore } from "./presence.ts";
import type { SlowConsumerPolicy, Topics } from "./topics.ts";

/** Which subscribers of one node get a message, and how. */
export interface DeliveryOptions {
  /** A connection that does not get it: usually the one it came from. */
  readonly except?: Connection | undefined;
  /** As in `send()`. */
  readonly compress?: boolean;
  /**
   * Ids of connections that do not get it. More than one costs a look at each connection of the route, and
   * so does what follows; otherwise the engine sends to all subscribers in one call.
   */
  readonly exclude?: readonly string[];
  /** Ids of the only connections that get it: a look at each of these. Default: all. */
  readonly eligible?: readonly string[];
  /** Whether a connection gets it. Default: each does. */
  readonly where?: ((connection: Connection) => boolean) | undefined;
  /** Default: the policy of the route, which applies to what is above `maxBackpressureBytes`. */
  readonly slowConsumer?: SlowConsumerPolicy;
  /** With `conflate`: what it is about. Default: the topic is about one thing. */
  readonly key?: string;
  /** Whether connections that have not read everything before do without it. Default: false. */
  readonly isVolatile?: boolean;
}

/** Sends to the connections of a route on this node. */
export interface TopicPublisher {
  /**
   * Sends to the connections that subscribed to `topic`, in one call to the engine where that is
   * possible. Returns whether there was anybody.
   *
   * @throws WindlassError `ERR_TOPIC_INVALID`
   */
  publish(topic: string, data: Sendable, options?: DeliveryOptions): boolean;
  /** Whether a connection of the route is subscribed. */
  hasSubscribers(topic: string): boolean;
}

/** A route as its component sees it. */
export interface ComponentRoute extends TopicPublisher {
  /** The path as declared: `/room/:name`. */
  readonly path: string;
  /** What a connection may have in its buffer at most: a recovery has to fit. */
  readonly maxBackpressureBytes: number;
  /** The topics of the node. */
  readonly topics: Topics;
  /** Who is present on topics. */
  readonly presence: PresenceStore;
}
