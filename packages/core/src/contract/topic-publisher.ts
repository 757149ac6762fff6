import type { Connection } from "./connection.ts";
import type { Sendable } from "./message.ts";

/** Options of one `publish()`. */
export interface PublishOptions {
  /** A connection that does not get it: usually the one it came from. */
  readonly except?: Connection;
  /** As in `send()`. */
  readonly compress?: boolean;
}

/** Sends to the connections of a route. */
export interface TopicPublisher {
  /**
   * Sends to the connections that subscribed to `topic`, in one call to the engine. Returns whether
   * there was anybody.
   *
   * @throws WindlassError `ERR_TOPIC_INVALID`
   */
  publish(topic: string, data: Sendable, options?: PublishOptions): boolean;
}
