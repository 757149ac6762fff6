import type {
  Connection,
  PublishResult,
  Sendable,
  SendOptions,
  SlowConsumerCounts,
} from "@windlass/core";
import type { ParsedRouteOptions } from "./route-options.ts";
import type { ReplayOptions, ReplayResult } from "./topics/app-topics.ts";
import type { PublishOptions } from "./topics/publish-options.ts";

/** A declared route. */
export interface Route<Data = unknown> {
  /** The path as declared: `/room/:name`. */
  readonly path: string;
  /** The policy in force: what was given, completed by the defaults, and frozen. */
  readonly options: ParsedRouteOptions;
  /** The connections that are open now; a live view. */
  readonly connections: ReadonlySet<Connection<Data>>;
  /** Publications that slow connections did not get, so far; a live view. */
  readonly slowConsumers: Readonly<SlowConsumerCounts>;
  /**
   * As `app.publish()`, but only to connections of this route. On an app without a broker they have it
   * when this returns.
   *
   * @throws WindlassError (as a rejection) as `app.publish()`
   */
  publish(topic: string, data: Sendable, options?: PublishOptions): Promise<PublishResult>;
  /**
   * Sends a connection of this route what is kept of a topic, and subscribes it, in one moment: nothing is
   * missed in between, and nothing comes twice. Of topics with a history.
   *
   * @throws WindlassError (as a rejection) `ERR_TOPIC_INVALID`, `ERR_BROKER_UNAVAILABLE`
   */
  replay(connection: Connection, topic: string, options?: ReplayOptions): Promise<ReplayResult>;
  /** Sends to every connection of this route, one after the other. */
  broadcast(data: Sendable, options?: BroadcastOptions): void;
}

/** Options of one `broadcast()`. */
export interface BroadcastOptions extends SendOptions {
  /** A connection that does not get it: usually the one it came from. */
  readonly except?: Connection;
}
