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
  Logger,
  Message,
  OriginRule,
  PublishOptions,
  RateLimit,
  Refusal,
  RefusalInit,
  Sendable,
  SendOptions,
  SendStatus,
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
export type { ProtocolPublishOptions, ProtocolStats } from "./protocol/protocol-component.ts";
export { ProtocolComponent } from "./protocol/protocol-component.ts";
export type {
  CloseHint,
  ProtocolConnection,
  RequestOptions,
} from "./protocol/protocol-connection.ts";
export type { MessageRateLimit, ProtocolOptions } from "./protocol/protocol-options.ts";
export type { BroadcastOptions, Route } from "./route.ts";
export type { HttpOptions, ParsedRouteOptions, RouteOptions } from "./route-options.ts";
export type { Closable } from "./signals.ts";
export { closeOnSignals } from "./signals.ts";
