import type { Connection, SendOptions } from "../contract/connection.ts";
import type { Dispatcher } from "../contract/dispatcher.ts";
import type { Handshake } from "../contract/handshake.ts";
import type { Logger } from "../contract/logger.ts";
import { checkTopic, frameworkPrefix } from "../contract/topic-name.ts";
import type { SlowConsumerPolicy } from "../contract/topics.ts";
import type { SocketRoute, TransportPolicy } from "../contract/transport.ts";
import type { DeferredEvents } from "./deferred-events.ts";
import { byteLengthOf, type Payload } from "./payload.ts";
import type { WaitingPublication } from "./waiting-publications.ts";

/** What all routes of a node share. */
export interface NodeContext {
  readonly id: string;
  readonly nextSerial: () => number;
  readonly log: Logger;
  readonly deferred: DeferredEvents | undefined;
}

/** A connection of a route, as publications reach it. */
export interface RouteMember extends Connection {
  /** Whether this is a connection of that route of that server, subscribed to the topic. */
  listensTo(runtime: RouteRuntime, nativeTopic: string): boolean;
  /** A publication for this connection alone, by the policy of its topic. */
  deliver(
    publication: WaitingPublication,
    policy: SlowConsumerPolicy,
    conflationKey: string | undefined,
    isVolatile: boolean,
  ): void;
}

/** What all connections of one route share. */
export class RouteRuntime {
  readonly route: SocketRoute;
  readonly dispatcher: Dispatcher;
  readonly policy: TransportPolicy;
  /** Of the policy, and here for the path of each message: one object less to read. */
  readonly maxPayloadBytes: number;
  readonly maxBackpressureBytes: number;
  readonly #compresses: boolean;
  readonly log: Logger;
  readonly nodeId: string;
  readonly nextSerial: () => number;
  /** Whether every opening and closing is logged. */
  readonly logsConnections: boolean;
  /** On encrypted sockets: what puts messages off until the engine has finished reading. */
  readonly deferred: DeferredEvents | undefined;
  /** Connections whose dropped publication is about to be answered by the slow-consumer policy. */
  readonly overflowing: Set<Connection> = new Set();
  /** Open connections by serial number, to find those that a publication names. */
  readonly bySerial: Map<number, RouteMember> = new Map();
  readonly #topicPrefix: string;

  constructor(route: SocketRoute, node: NodeContext, index: number) {
    this.route = route;
    this.dispatcher = route.dispatcher;
    this.policy = route.policy;
    this.maxPayloadBytes = route.policy.maxPayloadBytes;
    this.maxBackpressureBytes = route.policy.maxBackpressureBytes;
    this.#compresses = route.policy.compression !== "off";
    this.log = node.log.child({ route: route.pattern });
    this.logsConnections = this.log.isLevelEnabled?.("debug") ?? true;
    this.deferred = node.deferred;
    this.nodeId = node.id;
    this.nextSerial = node.nextSerial;
    this.#topicPrefix = `${index.toString(36)}/`;
  }

  /** The open connection of an id, if it is one of this route. */
  find(id: string): RouteMember | undefined {
    const dash = id.lastIndexOf("-");
    if (id.slice(0, dash) !== this.nodeId) return undefined;
    return this.bySerial.get(Number.parseInt(id.slice(dash + 1), 36));
  }

  /** Gives back what the guards counted for a handshake that they accepted. */
  release(handshake: Handshake): void {
    try {
      this.route.guard.release?.(handshake);
    } catch (error) {
      this.log.error({ err: error }, "a guard failed in release()");
    }
  }

  /**
   * The engine's name of a topic of this route; topics of different routes do not mix.
   *
   * @throws WindlassError `ERR_TOPIC_INVALID`
   */
  nativeTopic(topic: string): string {
    checkTopic(topic);
    return this.#topicPrefix + topic;
  }

  /** The engine has another number of subscribers of a topic. */
  subscribed(nativeTopic: ArrayBuffer, count: number, before: number): void {
    if (count > 0 && before > 0) return;
    const topic = Buffer.from(nativeTopic).toString().slice(this.#topicPrefix.length);
    if (topic.startsWith(frameworkPrefix)) return;
    if (count > 0) this.route.interest.retain(topic);
    else this.route.interest.release(topic);
  }

  /** Whether to compress a message. */
  compresses(payload: Payload, options: SendOptions | undefined): boolean {
    if (!this.#compresses) return false;
    return options?.compress ?? byteLengthOf(payload) >= this.policy.compressionThresholdBytes;
  }
}
