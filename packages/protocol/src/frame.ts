import type {
  GapFrame,
  PresenceChangeFrame,
  PresenceFrame,
  PublicationFrame,
  PublishFrame,
  SubscribedFrame,
  SubscribeFrame,
  UnsubscribedFrame,
  UnsubscribeFrame,
} from "./topic-frames.ts";

/**
 * The frames of the wire protocol, `docs/reference/wire-protocol.md`: one object per WebSocket
 * message, told apart by `type`. `id` is a positive safe integer that its sender chose.
 */

/** First frame of a client that wants a session (retries take effect once) or has a token. */
export interface HelloFrame {
  readonly type: "hello";
  /** Secret name of the session, 16 to 64 letters, digits, `_` and `-`, made at random by the client. */
  readonly session?: string;
  /** Replies to all ids up to this one have arrived; the server need not keep them. */
  readonly seen?: number;
  readonly token?: string | undefined;
}

/** Answer to `hello`. */
export interface WelcomeFrame {
  readonly type: "welcome";
  /** Id of the connection in the server's log. */
  readonly connection: string;
  /** Whether the server still knew the session, so that what was sent before is not done twice. */
  readonly resumed: boolean;
  /** After so many milliseconds the token is no longer good. */
  readonly tokenExpiresInMs?: number;
}

/** A token, first or fresh, on an open connection. */
export interface AuthFrame {
  readonly type: "auth";
  readonly token: string;
}

/** Answer to `auth`. */
export interface AuthenticatedFrame {
  readonly type: "authenticated";
  readonly tokenExpiresInMs?: number;
}

/** A message that wants no answer. With an `id` it is acknowledged. */
export interface EventFrame {
  readonly type: "event";
  readonly name: string;
  readonly id?: number;
  readonly data?: unknown;
}

/** The event with this id has taken effect. */
export interface AckFrame {
  readonly type: "ack";
  readonly id: number;
}

/** A message that is answered with `response` or `error`. */
export interface RequestFrame {
  readonly type: "request";
  readonly name: string;
  readonly id: number;
  readonly data?: unknown;
}

/** The result of the request with this id. */
export interface ResponseFrame {
  readonly type: "response";
  readonly id: number;
  readonly data?: unknown;
}

/** What went wrong, with the message of this id or, without one, with a frame that has none. */
export interface ErrorFrame {
  readonly type: "error";
  readonly id?: number;
  /** For programs: `ERR_...` of this protocol, or a code of the application. */
  readonly code: string;
  /** For people. */
  readonly message: string;
  readonly details?: unknown;
}

/** The requester does not wait for this request any more. */
export interface CancelFrame {
  readonly type: "cancel";
  readonly id: number;
}

/** Asks for a sign of life. */
export interface PingFrame {
  readonly type: "ping";
  /** As in `hello`. */
  readonly seen?: number;
}

/** The sign of life. */
export interface PongFrame {
  readonly type: "pong";
}

/** The connection is about to be closed; come back after this time, not earlier. */
export interface ReconnectFrame {
  readonly type: "reconnect";
  readonly afterMs: number;
}

/** What a client sends. */
export type ClientFrame =
  | HelloFrame
  | AuthFrame
  | EventFrame
  | RequestFrame
  | ResponseFrame
  | ErrorFrame
  | CancelFrame
  | SubscribeFrame
  | UnsubscribeFrame
  | PublishFrame
  | PresenceFrame
  | PingFrame;

/** What a server sends. */
export type ServerFrame =
  | WelcomeFrame
  | AuthenticatedFrame
  | EventFrame
  | AckFrame
  | RequestFrame
  | ResponseFrame
  | ErrorFrame
  | CancelFrame
  | PublicationFrame
  | GapFrame
  | PresenceChangeFrame
  | SubscribedFrame
  | UnsubscribedFrame
  | PongFrame
  | ReconnectFrame;

/** Any frame. */
export type Frame = ClientFrame | ServerFrame;
