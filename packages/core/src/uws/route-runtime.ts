import type { Connection, SendOptions } from "../contract/connection.ts";
import type { Dispatcher } from "../contract/dispatcher.ts";
import { WindlassError } from "../contract/errors.ts";
import type { Handshake } from "../contract/handshake.ts";
import type { Logger } from "../contract/logger.ts";
import type { SocketRoute, TransportPolicy } from "../contract/transport.ts";
import type { DeferredEvents } from "./deferred-events.ts";
import { byteLengthOf, type Payload } from "./payload.ts";

const maxTopicLength = 255;

/** What all routes of a node share. */
export interface NodeContext {
  readonly id: string;
  readonly nextSerial: () => number;
  readonly log: Logger;
  readonly deferred: DeferredEvents | undefined;
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
    if (typeof topic !== "string" || topic === "" || topic.length > maxTopicLength) {
      const seen =
        typeof topic === "string" ? `of ${topic.length} characters` : `(${typeof topic})`;
      throw new WindlassError("ERR_TOPIC_INVALID", { seen });
    }
    return this.#topicPrefix + topic;
  }

  /** Whether to compress a message. */
  compresses(payload: Payload, options: SendOptions | undefined): boolean {
    if (!this.#compresses) return false;
    return options?.compress ?? byteLengthOf(payload) >= this.policy.compressionThresholdBytes;
  }
}
