// Time that stands still until a test moves it.

// Contract suites: the obligations of an interface as tests for every implementation.
export type { ContractExemption, ContractRunner, ContractTest } from "./contract-runner.ts";
export type { BrokerFactory, BrokerSuiteOptions } from "./describe-broker.ts";
export { describeBroker } from "./describe-broker.ts";
export type { DecoratorFactory } from "./describe-component-decorator.ts";
export { describeComponentDecorator } from "./describe-component-decorator.ts";
export type { GuardCases, RefusedRequest } from "./describe-guard.ts";
export { describeGuard } from "./describe-guard.ts";
export type { HistoryBrokerFactory, HistorySuiteOptions } from "./describe-history.ts";
export { describeHistory } from "./describe-history.ts";
export type { PresenceFactory, PresenceSuiteOptions } from "./describe-presence.ts";
export { describePresence } from "./describe-presence.ts";
// Components without a port: clients are objects in the same process.
export type { InMemoryPolicy } from "./in-memory-connection.ts";
export type { InMemoryRequest } from "./in-memory-handshake.ts";
export {
  createInMemoryHandshake,
  HandshakeRefusedError,
  handshakeInMemory,
} from "./in-memory-handshake.ts";
export type { InMemoryPeer, PeerCloseEvent } from "./in-memory-peer.ts";
export type { InMemoryClient, InMemoryRouteOptions } from "./in-memory-route.ts";
export { connectInMemory, InMemoryRoute } from "./in-memory-route.ts";
export { ManualClock } from "./manual-clock.ts";
// What a component was called with, and what was logged.
export type {
  Behaviours,
  RecordedClose,
  RecordedError,
  RecordedEvent,
  RecordedMessage,
  RecordedPhase,
} from "./recording-component.ts";
export { RecordingComponent } from "./recording-component.ts";
export type { RecordedLine } from "./recording-logger.ts";
export { RecordingLogger } from "./recording-logger.ts";
export type { StageNode, StageOptions } from "./stage.ts";
