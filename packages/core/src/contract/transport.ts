import type { Dispatcher } from "./dispatcher.ts";
import type { Guard } from "./guard.ts";
import type { Sendable } from "./message.ts";
import type { DeliveryOptions } from "./topic-publisher.ts";
import type { Topics } from "./topics.ts";

/** What a route asks of the transport. All values are already validated. */
export interface TransportPolicy {
  readonly maxPayloadBytes: number;
  readonly maxBackpressureBytes: number;
  readonly slowConsumer: "close" | "drop";
  /** 0 turns the heartbeat off; otherwise 8,000 to 960,000. */
  readonly heartbeatTimeoutMs: number;
  readonly compression: "off" | "shared" | "dedicated";
  readonly compressionThresholdBytes: number;
}

/** Publications that slow consumers of a route did not get, and connections that were closed for it. */
export interface SlowConsumerCounts {
  /** Dropped because the buffer was full: `drop-new`, and what a route's `drop` let go of. */
  droppedNew: number;
  /** Dropped from the queue to make room: `drop-oldest`, and `conflate` with too many keys. */
  droppedOldest: number;
  /** Replaced by a newer one of the same key. */
  conflated: number;
  /** Volatile ones that a connection did without. */
  droppedVolatile: number;
  /** Connections closed with 4000. */
  closed: number;
}

/** A WebSocket route, complete: everything a transport needs to serve it. */
export interface SocketRoute {
  readonly pattern: string;
  /** All guards of the route as one, `verifyUpgrade` first. */
  readonly guard: Guard;
  /** Says why a request is no WebSocket handshake. Synchronous. */
  readonly verifyUpgrade: Guard;
  readonly dispatcher: Dispatcher;
  readonly policy: TransportPolicy;
  /** The subprotocol to speak with a client that sent this `Sec-WebSocket-Protocol`, or `""`. */
  readonly chooseSubprotocol: (offered: string | null) => string;
  /**
   * Told of the first subscriber of a topic and of its end, except of those that begin with `$`.
   */
  readonly interest: Pick<Topics, "retain" | "release">;
  /** What was done about slow consumers so far. */
  readonly slowConsumers: SlowConsumerCounts;
}

/** What a Fetch-style handler is told besides the request. */
export interface FetchInfo {
  /** As `handshake.ip`. */
  readonly ip: string;
  readonly params: Readonly<Record<string, string>>;
}

/** Answers plain HTTP requests in the terms of the Fetch standard; Hono's `app.fetch` is one. */
export type FetchHandler = (request: Request, info: FetchInfo) => Response | Promise<Response>;

/** A plain HTTP route, complete. */
export interface FetchRoute {
  readonly pattern: string;
  readonly handler: FetchHandler;
  /** Asked before the handler. Synchronous, because the engine would lose the body of a request that waits. */
  readonly guard: Guard;
  /** Larger request bodies are answered with 413. */
  readonly maxBodyBytes: number;
}

/** Where a server listens. Its `url` has the App's `httpHost`, because any other Host is refused. */
export interface BoundAddress {
  /** The host or the path of the unix socket. */
  readonly address: string;
  /** The port; 0 on a unix socket. */
  readonly port: number;
  /** Where clients connect to: `ws://localhost:8080`, `unix:/run/windlass.sock`. */
  readonly url: string;
}

/** The network engine of one node. */
export interface Transport {
  /** Starts to listen; rejects with an `ERR_ADDRESS_...`, `ERR_TLS_INVALID` or `ERR_LISTEN_FAILED`. */
  listen(): Promise<BoundAddress>;
  /** As {@link TopicPublisher.publish}, for a route. */
  publish(route: SocketRoute, topic: string, data: Sendable, options?: DeliveryOptions): boolean;
  /** Whether a connection of the route subscribed to the topic. */
  hasSubscribers(route: SocketRoute, topic: string): boolean;
  /**
   * Stops listening, refuses new handshakes with 503, closes every connection with 1001 once its
   * buffer is empty, and resolves when all callbacks have settled or `graceMs` milliseconds are over.
   */
  close(options: { readonly graceMs: number }): Promise<void>;
}
