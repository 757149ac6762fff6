import type { CloseEvent, MaybePromise, SlowConsumerPolicy, User } from "@windlass/core";
import type {
  ParamsOf,
  PresenceToSend,
  Protocol,
  ReceivedData,
  RequestDefinition,
  ResultToSend,
  TopicPattern,
} from "@windlass/protocol";
import type { ProtocolConnection } from "./protocol-connection.ts";

/** One message that is being handled. */
export interface Call<P extends Protocol = Protocol, ConnectionData = unknown> {
  readonly connection: ProtocolConnection<P, ConnectionData>;
  readonly kind: "event" | "request";
  /** The message's name. */
  readonly name: string;
  /** The message's id, which every request has; `undefined` for events that want no acknowledgement. */
  readonly id: number | undefined;
  /** The message's data, validated. */
  readonly data: unknown;
  /**
   * Aborted when nobody waits for this any more: the connection has closed, the client has
   * cancelled, or `handlerTimeoutMs` is over. Made on first use.
   */
  readonly signal: AbortSignal;
}

/** Handles an event. With an id it is acknowledged when this returns, or when its promise resolves. */
export type EventHandler<P extends Protocol, ConnectionData, Name extends keyof P["client"]> = (
  connection: ProtocolConnection<P, ConnectionData>,
  data: ReceivedData<P["client"], Name>,
  call: Call<P, ConnectionData>,
) => MaybePromise<void>;

/** Answers a request with what it returns. */
export type RequestHandler<P extends Protocol, ConnectionData, Name extends keyof P["client"]> = (
  connection: ProtocolConnection<P, ConnectionData>,
  data: ReceivedData<P["client"], Name>,
  call: Call<P, ConnectionData>,
) => MaybePromise<ResultToSend<P["client"], Name>>;

/**
 * One handler for each message that clients may send: {@link EventHandler} or {@link RequestHandler}.
 * One signature for both: with two of them the compiler would not infer the connection's data.
 */
export type Handlers<P extends Protocol, ConnectionData> = {
  readonly [Name in keyof P["client"] & string]: (
    connection: ProtocolConnection<P, ConnectionData>,
    data: ReceivedData<P["client"], Name>,
    call: Call<P, ConnectionData>,
  ) => MaybePromise<
    P["client"][Name] extends RequestDefinition ? ResultToSend<P["client"], Name> : void
  >;
};

/**
 * Runs around every handler, in the order of the list. Returns what `next()` returns, or something
 * in its place; throwing a ProtocolError answers the message with it.
 */
export type Middleware<P extends Protocol = Protocol, ConnectionData = unknown> = (
  call: Call<P, ConnectionData>,
  next: () => unknown,
) => unknown;

/** Who may have the topics of a pattern. */
export interface TopicPolicy<P extends Protocol, ConnectionData, Pattern extends string> {
  /** Whether this connection may subscribe. Throwing a ProtocolError answers with it. */
  authorize(
    connection: ProtocolConnection<P, ConnectionData>,
    params: ParamsOf<Pattern>,
  ): MaybePromise<boolean>;
  /**
   * Whether this connection may publish to the topic; the data is validated. Throwing a ProtocolError
   * answers with it. Default: clients may not publish.
   */
  publish?(
    connection: ProtocolConnection<P, ConnectionData>,
    params: ParamsOf<Pattern>,
    name: string,
    data: unknown,
  ): MaybePromise<boolean>;
  /** On topics with presence: what others see of this connection's member. Default: nothing but its id. */
  member?(
    connection: ProtocolConnection<P, ConnectionData>,
    params: ParamsOf<Pattern>,
  ): MaybePromise<MemberData<P, Pattern>>;
  /**
   * What becomes of publications for a connection that has not read what came before: `close` it when
   * `maxBackpressureBytes` is full, `drop-new` ones then, let them wait and `drop-oldest` when too many
   * do, or `conflate`: let only the newest of each `key` wait. Default: what the route says.
   */
  readonly slowConsumer?: SlowConsumerPolicy;
}

/** What is written of a member; `undefined` on topics without presence. */
type MemberData<P extends Protocol, Pattern extends string> =
  Pattern extends TopicPattern<P> ? PresenceToSend<P, Pattern> : undefined;

/** Policies by pattern; a pattern without one is refused. */
export type TopicPolicies<P extends Protocol, ConnectionData> = {
  readonly [Pattern in TopicPattern<P>]?: TopicPolicy<P, ConnectionData, Pattern>;
};

/** The user of a token. */
export interface TokenUser extends User {
  /**
   * When the token ends, in milliseconds since 1970. Clients are told, and send a fresh one before;
   * otherwise the connection is closed with 4005. Default: never.
   */
  readonly expiresAtMs?: number;
}

/** What is done with connections besides handling messages. */
export interface ProtocolCallbacks<P extends Protocol, ConnectionData> {
  /** The connection may talk now: it is open, and authenticated where that is asked for. */
  onOpen?(connection: ProtocolConnection<P, ConnectionData>): MaybePromise<void>;
  /** The connection is gone, and its handlers have settled. Called exactly once if `onOpen` was. */
  onClose?(
    connection: ProtocolConnection<P, ConnectionData>,
    event: CloseEvent,
  ): MaybePromise<void>;
  /**
   * A handler failed with something that is no ProtocolError; the client gets ERR_HANDLER_FAILED.
   * Default: the error is logged.
   */
  onHandlerError?(error: Error, call: Call<P, ConnectionData>): void;
  /**
   * The user of a token that a client sent in `hello` or `auth`; nothing (`null`, `undefined`)
   * refuses it. Until then nothing else is handled. Default: connections need no token.
   */
  authenticate?(
    token: string | undefined,
    connection: ProtocolConnection<P, ConnectionData>,
  ): MaybePromise<TokenUser | null | undefined>;
}
