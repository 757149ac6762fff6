import type { Disconnect } from "./disconnect.ts";
import type { Handshake } from "./handshake.ts";
import type { Logger } from "./logger.ts";
import type { Sendable } from "./message.ts";

/**
 * What became of a message given to `send()`:
 * - `sent`: handed to the kernel
 * - `buffered`: waits in memory, in order, until the peer reads; `onDrain` follows
 * - `dropped`: did not fit into `maxBackpressureBytes`; the route's `slowConsumer` policy applies
 * - `closed`: the connection is closed. That is no error (Ratchet: the same)
 */
export type SendStatus = "sent" | "buffered" | "dropped" | "closed";

/** A connection is `open` from before `onOpen` until it is closed by either side, then `closed`. */
export type ConnectionState = "open" | "closed";

/** A user, as the route's `authenticate` returned it. */
export interface User {
  readonly userId: string;
}

/** Options of one `send()` or `publish()`. */
export interface SendOptions {
  /**
   * Whether to compress this message, on routes with compression. Default: messages of at least
   * `compressionThresholdBytes`.
   */
  readonly compress?: boolean;
}

/** Who is at the other end. */
export interface ConnectionIdentity<Data = unknown> {
  /** Unique over all nodes and restarts: `<node>-<counter>`. Not a secret. */
  readonly id: string;
  /** The upgrade request: path, params, query, headers, ip. */
  readonly handshake: Handshake;
  /** What the route's `authenticate` returned; `undefined` on routes without it. */
  readonly user: User | undefined;
  /** State of the component for this connection; `undefined` until the component sets it. */
  data: Data;
  /** Logger with `connectionId`, `route` and `ip` on every line; made on first use. */
  readonly log: Logger;
}

/** The wire to the other end. */
export interface ConnectionWire {
  readonly state: ConnectionState;
  /** Bytes accepted by `send()` that the kernel has not taken yet. */
  readonly bufferedBytes: number;
  /**
   * Sends one message. Strings go as text, bytes as binary, a received Message as it came.
   * Never throws because of the connection's state.
   *
   * @throws WindlassError `ERR_SEND_DATA_INVALID` when the data is none of these.
   */
  send(data: Sendable, options?: SendOptions): SendStatus;
  /**
   * Sends a close frame and ends the connection; `onClose` follows after the running callback. A
   * second call does nothing. Default: 1000 (NormalClosure) without a reason, as Ratchet. A `reason`
   * beside a Disconnect replaces its own.
   *
   * @throws WindlassError `ERR_CLOSE_CODE_INVALID` when the code may not be sent.
   */
  close(disconnect?: Disconnect | number, reason?: string): void;
  /** Cuts the TCP connection without a close frame; the peer sees 1006. */
  terminate(): void;
}

/** Topics this connection listens to. */
export interface TopicSubscriber {
  /**
   * Receives what is published to the topic from now on, to all routes or to its own. Returns false when
   * the connection is closed. Ends by itself with the connection.
   *
   * @throws WindlassError `ERR_TOPIC_INVALID`
   */
  subscribe(topic: string): boolean;
  /** Returns whether the connection was subscribed. */
  unsubscribe(topic: string): boolean;
}

/**
 * One client. The same object from `onOpen` to `onClose`, so `Set<Connection>` and `===` work.
 */
export interface Connection<Data = unknown>
  extends ConnectionIdentity<Data>,
    ConnectionWire,
    TopicSubscriber {}
