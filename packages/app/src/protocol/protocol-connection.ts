import type {
  Connection,
  ConnectionState,
  Disconnect,
  Handshake,
  Logger,
  SendStatus,
  User,
} from "@windlass/core";
import type {
  DataToSend,
  EventName,
  ParamsOf,
  Protocol,
  ReceivedResult,
  RequestName,
  TopicPattern,
} from "@windlass/protocol";

/** Options of one `connection.request()`. */
export interface RequestOptions {
  /** Milliseconds to wait for the answer; 0 for ever. Default: the component's `requestTimeoutMs`. */
  readonly timeoutMs?: number;
  /** Gives the request up; the client is told. */
  readonly signal?: AbortSignal;
}

/** Options of one `connection.close()`. */
export interface CloseHint {
  /** The client is asked to come back after this time, not earlier: 0 to 300,000 milliseconds. */
  readonly retryAfterMs?: number;
}

/** One client that speaks a protocol. The same object for the life of the connection. */
export interface ProtocolConnection<P extends Protocol = Protocol, Data = unknown> {
  /** As `connection.id` of the raw connection. */
  readonly id: string;
  /** The upgrade request: path, params, query, headers, ip. */
  readonly handshake: Handshake;
  /** What the component's `authenticate` returned, else what that of the route did. */
  readonly user: User | undefined;
  /** State of the application for this connection; at first what `initialData` returned. */
  data: Data;
  readonly state: ConnectionState;
  /** Aborted when the connection has closed. Made on first use. */
  readonly signal: AbortSignal;
  /** Logger with `connectionId`, `route` and `ip` on every line. */
  readonly log: Logger;
  /** The connection below, without a protocol. Its `data` belongs to the component. */
  readonly raw: Connection;
  /**
   * Sends an event.
   *
   * @throws z.ZodError when the data of an `encoded()` payload does not fit
   */
  send<Name extends EventName<P["server"]>>(
    name: Name,
    data: DataToSend<P["server"], Name>,
  ): SendStatus;
  /**
   * Asks the client, and resolves with its validated answer.
   *
   * @throws ProtocolError (as a rejection) with the client's code, or `ERR_REQUEST_TIMEOUT`,
   *   `ERR_CANCELLED`, `ERR_CONNECTION_CLOSED`, `ERR_RESULT_INVALID`, `ERR_OVERLOADED`
   */
  request<Name extends RequestName<P["server"]>>(
    name: Name,
    data: DataToSend<P["server"], Name>,
    options?: RequestOptions,
  ): Promise<ReceivedResult<P["server"], Name>>;
  /**
   * Subscribes the client to a topic, whatever `authorize` would say; the client is told. Resolves when
   * it gets what is published.
   *
   * @throws ProtocolError `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN`; WindlassError (as a rejection)
   *   `ERR_BROKER_UNAVAILABLE`
   */
  subscribe<Pattern extends TopicPattern<P>>(
    pattern: Pattern,
    params: ParamsOf<Pattern>,
  ): Promise<void>;
  /** Ends a subscription, whoever began it; the client is told. Whether there was one. */
  unsubscribe<Pattern extends TopicPattern<P>>(
    pattern: Pattern,
    params: ParamsOf<Pattern>,
  ): boolean;
  /** Closes the connection, as `close()` of the raw one does, with a hint when to come back. */
  close(disconnect?: Disconnect | number, hint?: CloseHint): void;
}
