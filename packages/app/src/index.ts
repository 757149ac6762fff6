// The facade.

// What components and guards are written with, from core.
export type {
  Acceptance,
  Authenticate,
  BoundAddress,
  CallbackPhase,
  CloseEvent,
  Component,
  Connection,
  ConnectionState,
  Disconnect,
  DisconnectCause,
  ErrorCode,
  FetchHandler,
  FetchInfo,
  Guard,
  GuardContext,
  Handshake,
  HistoryGap,
  HistoryPage,
  HistoryQuery,
  Logger,
  Message,
  OriginRule,
  Position,
  PresenceChange,
  PresenceCount,
  PresenceListener,
  PresenceMember,
  Publication,
  PublishResult,
  RateLimit,
  Refusal,
  RefusalInit,
  Sendable,
  SendOptions,
  SendStatus,
  SlowConsumerCounts,
  SlowConsumerPolicy,
  User,
  Verdict,
} from "@windlass/core";
export {
  accept,
  allOf,
  CloseCode,
  ComponentDecorator,
  connectionLimitGuard,
  connectionLimitPerIpGuard,
  Disconnects,
  hostGuard,
  IpBlackList,
  ipGuard,
  originGuard,
  rateLimited,
  refuse,
  serialized,
  silentLogger,
  WindlassError,
} from "@windlass/core";
export type { AppInfo, AppState } from "./app.ts";
export { App } from "./app.ts";
export type { AppOptions, CloseOptions, ParsedAppOptions } from "./app-options.ts";
// Recognising users.
export type { AuthenticatedUser } from "./auth/authenticated-user.ts";
export type { CookieAuthenticateOptions } from "./auth/cookie-authenticate.ts";
export { cookieAuthenticate } from "./auth/cookie-authenticate.ts";
export { firstOf } from "./auth/first-of.ts";
export type { JwtAuthenticateOptions } from "./auth/jwt-authenticate.ts";
export { jwtAuthenticate, jwtTokenAuthenticate } from "./auth/jwt-authenticate.ts";
export type { JwtAlgorithm, JwtPublicKey } from "./auth/jwt-keys.ts";
export type { JwtOptions } from "./auth/jwt-options.ts";
export type { SignedCookieOptions } from "./auth/signed-cookie.ts";
export { signCookie } from "./auth/signed-cookie.ts";
export type { TokenSource } from "./auth/token-source.ts";
export { EchoServer } from "./echo-server.ts";
// Typed messages.
export { asyncApi, protocolDocs } from "./protocol/documents.ts";
export type {
  Call,
  EventHandler,
  Handlers,
  Middleware,
  ProtocolCallbacks,
  RequestHandler,
  TokenUser,
  TopicPolicies,
  TopicPolicy,
} from "./protocol/handler-types.ts";
export type { ProtocolStats } from "./protocol/protocol-component.ts";
export { ProtocolComponent } from "./protocol/protocol-component.ts";
export type {
  CloseHint,
  ProtocolConnection,
  RequestOptions,
} from "./protocol/protocol-connection.ts";
export type { MessageRateLimit, ProtocolOptions } from "./protocol/protocol-options.ts";
export type {
  ProtocolBroadcastOptions,
  ProtocolPublishing,
  ProtocolPublishOptions,
} from "./protocol/protocol-publishing.ts";
// Pushing from what has no WebSocket.
export type { PushApi, PushStats } from "./push/push-api.ts";
export { createPushApi } from "./push/push-api.ts";
export type { PushErrorCode } from "./push/push-errors.ts";
export { pushErrors } from "./push/push-errors.ts";
export type { PushKey, PushOptions, PushPermission } from "./push/push-options.ts";
export type {
  PushInfo,
  PushPresence,
  PushPublishOptions,
  PushTarget,
  PushUsers,
} from "./push/push-target.ts";
export type { PushRequestInit } from "./push/signature.ts";
export { signPushRequest } from "./push/signature.ts";
export type { BroadcastOptions, Route } from "./route.ts";
export type { HttpOptions, ParsedRouteOptions, RouteOptions } from "./route-options.ts";
export type { Closable } from "./signals.ts";
export { closeOnSignals } from "./signals.ts";
export type { AppPresence } from "./topics/app-presence.ts";
export type { ReplayOptions, ReplayResult } from "./topics/app-topics.ts";
export type { ConnectionOrId, PublishOptions } from "./topics/publish-options.ts";
export type { TopicOptions } from "./topics/topic-options.ts";
// Users, over all nodes.
export type { Revocation, TokenRevocation, UserRevocation } from "./users/revocation.ts";
export type {
  OnlineCount,
  OnlineUser,
  UserDisconnectOptions,
  UserListOptions,
  UserSendOptions,
  Users,
} from "./users/users.ts";
