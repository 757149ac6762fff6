// Contracts: what the rest of the house, and yours, is written against.

export { ComponentDecorator } from "./component/component-decorator.ts";
export type { DispatchOptions } from "./component/component-dispatcher.ts";
// Decorators: wrap a component's callbacks.
export { createDispatcher } from "./component/component-dispatcher.ts";
export { Deadlines } from "./component/deadlines.ts";
export type { RateLimit } from "./component/rate-limited.ts";
export { rateLimited } from "./component/rate-limited.ts";
export type { QueueLimits } from "./component/serialized.ts";
export { serialized } from "./component/serialized.ts";
export type {
  Broker,
  BrokerHost,
  HistoryBroker,
  HistoryGap,
  HistoryPage,
  HistoryQuery,
  PublicationListener,
} from "./contract/broker.ts";
export type { Clock } from "./contract/clock.ts";
export { systemClock } from "./contract/clock.ts";
export { CloseCode, isSendableCloseCode } from "./contract/close-code.ts";
export type { CallbackPhase, Component } from "./contract/component.ts";
export type {
  Connection,
  ConnectionIdentity,
  ConnectionState,
  ConnectionWire,
  SendOptions,
  SendStatus,
  TopicSubscriber,
  User,
} from "./contract/connection.ts";
export type { CloseEvent, Disconnect, DisconnectCause } from "./contract/disconnect.ts";
export { toDisconnect, truncateReason } from "./contract/disconnect.ts";
export type { DisconnectName } from "./contract/disconnects.ts";
export { Disconnects } from "./contract/disconnects.ts";
export type { Dispatcher } from "./contract/dispatcher.ts";
export type {
  CatalogueEntry,
  ErrorCode,
  ErrorDetails,
  RefusalCode,
} from "./contract/error-catalogue.ts";
export { errorCatalogue } from "./contract/error-catalogue.ts";
export { describeError, toError, WindlassError } from "./contract/errors.ts";
export type {
  Acceptance,
  Guard,
  GuardContext,
  Refusal,
  RefusalInit,
  Verdict,
} from "./contract/guard.ts";
export { accept, refuse } from "./contract/guard.ts";
export type {
  Handshake,
  HandshakeHeaders,
  HandshakeInit,
  HandshakeQuery,
  HandshakeScheme,
} from "./contract/handshake.ts";
export { createHandshake } from "./contract/handshake.ts";
export { HeaderList } from "./contract/header-list.ts";
export { canonicalIp } from "./contract/ip-address.ts";
export { Listeners } from "./contract/listeners.ts";
export type { LogFields, Logger } from "./contract/logger.ts";
export { neverThrowing, silentLogger } from "./contract/logger.ts";
export type { MaybePromise } from "./contract/maybe-promise.ts";
export { isPromiseLike } from "./contract/maybe-promise.ts";
export type { Message, Sendable } from "./contract/message.ts";
export type {
  JoinOutcome,
  MemberLimit,
  PresenceChange,
  PresenceCount,
  PresenceEntry,
  PresenceHost,
  PresenceListener,
  PresenceMember,
  PresenceStore,
} from "./contract/presence.ts";
export type {
  HistoryPolicy,
  Position,
  Publication,
  PublicationAttributes,
  PublishPolicy,
  PublishReceipt,
} from "./contract/publication.ts";
export { ReceivedMessage } from "./contract/received-message.ts";
export type { RouteMatch, Router } from "./contract/router.ts";
export { textResponse } from "./contract/text-response.ts";
export type { TokenRate } from "./contract/token-bucket.ts";
export { TokenBucket } from "./contract/token-bucket.ts";
export { checkPublicTopic, checkTopic } from "./contract/topic-name.ts";
export type {
  ComponentRoute,
  DeliveryOptions,
  TopicPublisher,
} from "./contract/topic-publisher.ts";
export type {
  FindTopicPolicy,
  LocalPublication,
  PublishResult,
  Recovery,
  SlowConsumerPolicy,
  TopicAudience,
  TopicPolicy,
  TopicPublishOptions,
  Topics,
} from "./contract/topics.ts";
export type {
  BoundAddress,
  FetchHandler,
  FetchInfo,
  FetchRoute,
  SlowConsumerCounts,
  SocketRoute,
  Transport,
  TransportPolicy,
} from "./contract/transport.ts";
// Guards: look at a handshake before the upgrade.
export { allOf } from "./guard/all-of.ts";
export type { Authenticate } from "./guard/authenticate.ts";
export { authenticateGuard } from "./guard/authenticate.ts";
export { connectionLimitGuard, connectionLimitPerIpGuard } from "./guard/connection-limit.ts";
export { hostGuard } from "./guard/host.ts";
export { IpBlackList, ipGuard } from "./guard/ip.ts";
export type { IpRules } from "./guard/ip-rules.ts";
export { parseIpRules } from "./guard/ip-rules.ts";
export { originGuard } from "./guard/origin.ts";
export type { OriginRule } from "./guard/origin-rule.ts";
export { chooseSubprotocol, subprotocolGuard } from "./guard/subprotocol.ts";
export { upgradeRequestGuard } from "./guard/upgrade-request.ts";
export { MemoryPresence } from "./presence/memory-presence.ts";
export { isHistoryBroker } from "./pubsub/is-history-broker.ts";
export type { MemoryBrokerOptions } from "./pubsub/memory-broker.ts";
export { MemoryBroker } from "./pubsub/memory-broker.ts";
export type { TopicHubOptions } from "./pubsub/topic-hub.ts";
export { TopicHub } from "./pubsub/topic-hub.ts";
export { RoutePattern } from "./routing/route-pattern.ts";
export type { RouteDeclaration } from "./routing/route-table.ts";
export { RouteTable } from "./routing/route-table.ts";
