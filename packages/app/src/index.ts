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
export type { AppState } from "./app.ts";
export { App } from "./app.ts";
export type { AppOptions, CloseOptions, ParsedAppOptions } from "./app-options.ts";
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
export type {
  ProtocolBroadcastOptions,
  ProtocolPublishOptions,
  ProtocolStats,
} from "./protocol/protocol-component.ts";
export { ProtocolComponent } from "./protocol/protocol-component.ts";
export type {
  CloseHint,
  ProtocolConnection,
  RequestOptions,
} from "./protocol/protocol-connection.ts";
export type { MessageRateLimit, ProtocolOptions } from "./protocol/protocol-options.ts";
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
export type { ConnectionOrId, PublishOptions } from "./topics/publish-options.ts";
export type { TopicOptions } from "./topics/topic-options.ts";
