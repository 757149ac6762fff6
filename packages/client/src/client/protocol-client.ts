import type {
  DataToSend,
  EventName,
  ParamsOf,
  Protocol,
  ReceivedData,
  ReceivedResult,
  RequestName,
  ResultToSend,
  TopicPattern,
} from "@windlass/protocol";
import type { ClosedEvent, ConnectingEvent, ReconnectingEvent } from "../link/link.ts";
import type { MaybePromise } from "../maybe-promise.ts";
import type { ServerRequest } from "./server-requests.ts";
import type { SubscribeOptions, Subscription, TopicListeners } from "./subscription.ts";

/** The connection is open: the server has let us in. */
export interface OpenEvent {
  readonly state: "open";
  /** Whether the server knew the session, so that nothing that is sent again takes effect twice. */
  readonly resumed: boolean;
}

/** The client has gone over to another state. */
export type StateEvent = ConnectingEvent | OpenEvent | ReconnectingEvent | ClosedEvent;

/**
 * - `"connecting"`: an attempt is under way, the first one or a later one.
 * - `"open"`
 * - `"reconnecting"`: the connection was lost or the attempt failed, and the next one waits.
 * - `"closed"`: for good.
 */
export type ClientState = "connecting" | "open" | "reconnecting" | "closed";

/** Options of `send()`. */
export interface SendOptions {
  /**
   * For what is worthless when it comes late, such as the place of a cursor: sent only when the
   * connection is open and without an acknowledgement, left out otherwise. Default: false.
   */
  readonly volatile?: boolean;
}

/** Options of `request()`. */
export interface RequestOptions {
  /**
   * How long to wait for the answer, in milliseconds, also while there is no connection. Default:
   * `requestTimeoutMs` of the client.
   */
  readonly timeoutMs?: number;
  /** Cancels it. */
  readonly signal?: AbortSignal;
}

/** The parameters of a topic pattern; one without any takes `{}` and nothing else. */
export type TopicParamsOf<Pattern extends string> = keyof ParamsOf<Pattern> extends never
  ? Readonly<Record<string, never>>
  : ParamsOf<Pattern>;

/** What answers the server's requests: a function for each of them. */
export type RequestHandlers<P extends Protocol> = {
  readonly [Name in RequestName<P["server"]>]: (
    data: ReceivedData<P["server"], Name>,
    request: ServerRequest,
  ) => MaybePromise<ResultToSend<P["server"], Name>>;
};

/**
 * A connection that comes back by itself. Made by {@link connect}.
 *
 * Not an interface: editors would show all of the protocol with each of its methods.
 */
export type ProtocolClient<P extends Protocol> = {
  readonly state: ClientState;

  /** Bytes that have not left yet: those that wait for a connection, or those in the socket's buffer. */
  readonly bufferedBytes: number;

  /** Calls `listener` after each change of the state. Returns what ends that. */
  onStateChange(listener: (event: StateEvent) => void): () => void;

  /**
   * Calls `listener` with what went wrong and nobody else gets to see: errors that listeners throw, of
   * the token provider and the URL, frames that are none, data that does not fit, errors that the server
   * reports without an id; and with every failure of `send()`. Returns what ends that. Without any
   * listener a browser shows these errors in its console.
   */
  onError(listener: (error: Error) => void): () => void;

  /**
   * Waits until the connection is open; at once when it is.
   *
   * @throws ProtocolError `ERR_CONNECTION_CLOSED` when it is closed for good before that
   */
  opened(): Promise<void>;

  /** Calls `listener` with the data of each event of this name. Returns what ends that. */
  on<Name extends EventName<P["server"]>>(
    name: Name,
    listener: (data: ReceivedData<P["server"], Name>) => void,
  ): () => void;

  /**
   * Sends an event, as soon as there is a connection, and again after a lost one. Resolves when it has
   * taken effect. Nobody has to look at the promise: failures go to `onError()`, too.
   *
   * @throws ProtocolError what the server answered, or `ERR_MESSAGE_EXPIRED`, `ERR_QUEUE_FULL`,
   *   `ERR_SESSION_LOST`, `ERR_CONNECTION_CLOSED`, `ERR_DATA_INVALID`
   */
  send<Name extends EventName<P["client"]>>(
    name: Name,
    data: DataToSend<P["client"], Name>,
    options?: SendOptions,
  ): Promise<void>;

  /**
   * Asks for a result, as soon as there is a connection, and again after a lost one.
   *
   * @throws ProtocolError what the server answered, or `ERR_REQUEST_TIMEOUT`, `ERR_CANCELLED`,
   *   `ERR_QUEUE_FULL`, `ERR_SESSION_LOST`, `ERR_CONNECTION_CLOSED`, `ERR_DATA_INVALID`
   */
  request<Name extends RequestName<P["client"]>>(
    name: Name,
    data: DataToSend<P["client"], Name>,
    options?: RequestOptions,
  ): Promise<ReceivedResult<P["client"], Name>>;

  /**
   * Calls the listeners with what is published to a topic, until it is unsubscribed, over all
   * connections. What was published while there was none comes later, in order and once, where the
   * topic has a history that reaches back so far; `onRecovered` tells. Otherwise it is missed.
   *
   * @throws ProtocolError `ERR_TOPIC_INVALID` at once, for an empty parameter or a topic that is too long
   */
  subscribe<Pattern extends TopicPattern<P>>(
    pattern: Pattern,
    params: TopicParamsOf<Pattern>,
    listeners: TopicListeners<P["topics"][Pattern]["events"]>,
    options?: SubscribeOptions,
  ): Subscription<P["topics"][Pattern]>;

  /**
   * Closes it for good. What still has no answer is rejected with `ERR_CONNECTION_CLOSED`.
   *
   * @param code 1000, or 3000 to 4999. Default: 1000
   * @param reason at most 123 bytes. Default: empty
   * @throws DOMException for others, as the DOM's WebSocket does
   */
  close(code?: number, reason?: string): void;
};
