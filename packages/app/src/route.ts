import type { Connection, PublishOptions, Sendable, SendOptions } from "@windlass/core";
import type { ParsedRouteOptions } from "./route-options.ts";

/** A declared route. */
export interface Route<Data = unknown> {
  /** The path as declared: `/room/:name`. */
  readonly path: string;
  /** The policy in force: what was given, completed by the defaults, and frozen. */
  readonly options: ParsedRouteOptions;
  /** The connections that are open now; a live view. */
  readonly connections: ReadonlySet<Connection<Data>>;
  /**
   * Sends to the connections of this route that subscribed to `topic`, in one call to the engine.
   * Returns whether there was anybody.
   *
   * @throws WindlassError `ERR_TOPIC_INVALID`
   */
  publish(topic: string, data: Sendable, options?: PublishOptions): boolean;
  /** Sends to every connection of this route, one after the other. */
  broadcast(data: Sendable, options?: BroadcastOptions): void;
}

/** Options of one `broadcast()`. */
export interface BroadcastOptions extends SendOptions {
  /** A connection that does not get it: usually the one it came from. */
  readonly except?: Connection;
}
