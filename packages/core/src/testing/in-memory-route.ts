import { createDispatcher, type DispatchOptions } from "../component/component-dispatcher.ts";
import type { Broker } from "../contract/broker.ts";
import { type Clock, systemClock } from "../contract/clock.ts";
import { CloseCode } from "../contract/close-code.ts";
import type { Component } from "../contract/component.ts";
import type { Connection, User } from "../contract/connection.ts";
import { toError } from "../contract/errors.ts";
import { accept, type Guard } from "../contract/guard.ts";
import type { Handshake } from "../contract/handshake.ts";
import { type Logger, silentLogger } from "../contract/logger.ts";
import { isPromiseLike } from "../contract/maybe-promise.ts";
import type { Sendable } from "../contract/message.ts";
import type { PresenceStore } from "../contract/presence.ts";
import type { ComponentRoute, DeliveryOptions } from "../contract/topic-publisher.ts";
import type { Topics } from "../contract/topics.ts";
import { MemoryPresence } from "../presence/memory-presence.ts";
import { MemoryBroker } from "../pubsub/memory-broker.ts";
import { TopicHub } from "../pubsub/topic-hub.ts";
import {
  InMemoryConnection,
  type InMemoryPolicy,
  type InMemoryRuntime,
  readSendable,
} from "./in-memory-connection.ts";
import {
  createInMemoryHandshake,
  HandshakeRefusedError,
  type InMemoryRequest,
} from "./in-memory-handshake.ts";
import { type InMemoryPeer, PeerInbox, RoutePeer } from "./in-memory-peer.ts";
import { InMemoryTopics } from "./in-memory-topics.ts";
import { InMemoryWire } from "./in-memory-wire.ts";

/**
 * What surrounds the component: the same layers with the same defaults as on a real route, unless
 * said otherwise. `maxPayloadBytes` is 65,536, `maxBackpressureBytes` 1,048,576, `slowConsumer`
 * `"close"` by default.
 */
export interface InMemoryRouteOptions extends DispatchOptions, Partial<InMemoryPolicy> {
  /** Asked before each connection; several as one by `allOf(...)`. Default: everybody may in. */
  readonly guard?: Guard;
  /** Where histories are. Default: in memory, opened. */
  readonly broker?: Broker;
  /** Who is present. Default: in memory. */
  readonly presence?: PresenceStore;
  /** For time-outs and rate limits. Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Default: nothing is written. */
  readonly log?: Logger;
}

/** Who connects. */
export interface InMemoryClient extends InMemoryRequest {
  /** Becomes `connection.user`. Default: what the guard says. */
  readonly user?: User;
}

const defaultPolicy: InMemoryPolicy = {
  maxPayloadBytes: 65_536,
  maxBackpressureBytes: 1_048_576,
  slowConsumer: "close",
};

/**
 * A component with everything around it that a route has, and no network: clients are objects in
 * the same process. Several clients share the component and its topics.
 */
export class InMemoryRoute<Data = unknown> implements ComponentRoute {
  readonly path = "/";
  readonly maxBackpressureBytes: number;
  readonly topics: Topics;
  readonly presence: PresenceStore;
  readonly #runtime: InMemoryRuntime;
  readonly #guard: Guard;
  readonly #events: (() => void)[] = [];
  #isRunning = false;

  constructor(component: Component<Data>, options: InMemoryRouteOptions = {}) {
    const {
      clock = systemClock,
      log = silentLogger,
      broker = new MemoryBroker({ clock }),
    } = options;
    this.maxBackpressureBytes = options.maxBackpressureBytes ?? defaultPolicy.maxBackpressureBytes;
    this.topics = new TopicHub({ broker, isDistributed: false, maxRecovered: 1_000 });
    this.presence = options.presence ?? new MemoryPresence();
    this.#guard = options.guard ?? { check: () => accept };
    this.#runtime = {
      dispatcher: createDispatcher(component, options, clock),
      policy: { ...defaultPolicy, ...options },
      topics: new InMemoryTopics(),
      log,
      release: (handshake) => this.#release(handshake),
    };
    component.onRoute?.(this);
  }

  /** The connections that are open now. */
  get connections(): ReadonlySet<Connection<Data>> {
    return this.#runtime.dispatcher.connections as ReadonlySet<Connection<Data>>;
  }

  /**
   * Connects a client. `onOpen` is called before this returns, unless the guard is async.
   *
   * @throws HandshakeRefusedError (as a rejection) when the guard refuses. What the guard itself
   *   throws comes out as it is.
   */
  async connect(client: InMemoryClient = {}): Promise<InMemoryPeer<Data>> {
    const handshake = createInMemoryHandshake(client);
    const { signal } = new AbortController();
    const answer = this.#guard.check(handshake, { signal });
    const verdict = isPromiseLike(answer) ? await answer : answer;
    if (!verdict.accepted) throw new HandshakeRefusedError(verdict);
    return this.#open(handshake, client.user ?? verdict.user);
  }

  /**
   * Sends to all connections that subscribed to a topic, as the transport does. Returns whether
   * there was anybody.
   *
   * @throws WindlassError `ERR_TOPIC_INVALID`
   */
  publish(topic: string, data: Sendable, options?: DeliveryOptions): boolean {
    return this.#runtime.topics.publish(topic, readSendable(data), options);
  }

  hasSubscribers(topic: string): boolean {
    return this.#runtime.topics.hasSubscribers(topic);
  }

  /** Resolves when no callback is running any more, also those that run `async`. */
  async settled(): Promise<void> {
    // onClose of a connection that the component closed is called in a microtask of its own.
    await Promise.resolve();
    await this.#runtime.dispatcher.settled();
  }

  #open(handshake: Handshake, user: User | undefined): InMemoryPeer<Data> {
    const inbox = new PeerInbox();
    const wire = new InMemoryWire((frame) => inbox.read(frame));
    const connection = new InMemoryConnection(this.#runtime, {
      handshake,
      user,
      wire,
      onCut: () => inbox.end({ code: CloseCode.Abnormal, reason: "", wasClean: false }),
    });
    const run = (event: () => void): void => this.#run(event);
    run(() => connection.opened());
    return new RoutePeer<Data>(connection, { wire, inbox, run });
  }

  /** Events of an engine never run inside each other, whatever a test does in a callback. */
  #run(event: () => void): void {
    this.#events.push(event);
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) next();
    } finally {
      this.#isRunning = false;
    }
  }

  #release(handshake: Handshake): void {
    try {
      this.#guard.release?.(handshake);
    } catch (error) {
      this.#runtime.log.error({ err: toError(error) }, "a guard failed in release()");
    }
  }
}

/**
 * A component with a single client: `new InMemoryRoute(component, options).connect(options)`.
 *
 * @throws HandshakeRefusedError (as a rejection) when `options.guard` refuses.
 */
export function connectInMemory<Data>(
  component: Component<Data>,
  options: InMemoryRouteOptions & InMemoryClient = {},
): Promise<InMemoryPeer<Data>> {
  return new InMemoryRoute(component, options).connect(options);
}
