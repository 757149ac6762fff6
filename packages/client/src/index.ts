// Typed messages: one protocol that server and client import.
export type { ClientOptions } from "./client/client-options.ts";
export type { ConnectOptions, ConnectRest } from "./client/connect.ts";
export { connect } from "./client/connect.ts";
export type { HeartbeatOptions } from "./client/heartbeat.ts";
export type {
  ClientState,
  OpenEvent,
  ProtocolClient,
  RequestHandlers,
  RequestOptions,
  SendOptions,
  StateEvent,
  TopicParamsOf,
} from "./client/protocol-client.ts";
export type { ServerRequest } from "./client/server-requests.ts";
export type {
  RecoveryOutcome,
  SubscribeOptions,
  Subscription,
  TopicListeners,
} from "./client/subscription.ts";
export type { TokenProvider } from "./client/tokens.ts";
// What both have in common.
export type { ClientClock } from "./client-clock.ts";
export type { ClientErrorCode } from "./client-errors.ts";
export { clientErrors } from "./client-errors.ts";
export type { ReconnectOptions } from "./link/back-off.ts";
export type {
  ClosedEvent,
  ConnectingEvent,
  LinkOptions,
  ReconnectingEvent,
  UrlSource,
} from "./link/link.ts";
export type { ConnectionLoss, SocketConstructor, SocketLike } from "./link/socket.ts";
export type { QueueOptions } from "./outbox/queue-options.ts";
// Without a protocol.
export type {
  ReconnectingWebSocketEventMap,
  ReconnectingWebSocketOptions,
} from "./reconnecting-websocket.ts";
export { ReconnectingWebSocket } from "./reconnecting-websocket.ts";
