import {
  type Clock,
  type CloseEvent,
  type Component,
  type ComponentRoute,
  type Connection,
  Deadlines,
  type MaybePromise,
  type Message,
  systemClock,
} from "@windlass/core";
import { type FrameCodec, type Protocol, TopicPatterns } from "@windlass/protocol";
import { optionError, parseOptions } from "../option-error.ts";
import { usersOf } from "../users/component-users.ts";
import { awaitToken, open } from "./admission.ts";
import { compileHandlers } from "./handler-table.ts";
import type { ProtocolCallbacks, TopicPolicy } from "./handler-types.ts";
import { Peer } from "./peer.ts";
import { PresenceBatches } from "./presence-batches.ts";
import type { ProtocolConnection } from "./protocol-connection.ts";
import { type ProtocolOptions, protocolOptionsSchema } from "./protocol-options.ts";
import { checkedTopic, ProtocolPublishing } from "./protocol-publishing.ts";
import { ProtocolTopics } from "./protocol-topics.ts";
import { FramePublisher } from "./publishing.ts";
import { enterLane, receive } from "./receive.ts";
import type { ProtocolRuntime } from "./runtime.ts";
import { SessionStore } from "./session-store.ts";
import { leaveAll, subscribeByServer, unsubscribeByServer } from "./subscribing.ts";
import { TopicPresence } from "./topic-presence.ts";
import { joinSeat } from "./user-seats.ts";

/** What a component is doing. */
export interface ProtocolStats {
  /** Connections that may talk. */
  readonly connections: number;
  /** Handlers that have not settled yet. */
  readonly running: number;
  /** Sessions, also of clients that are away. */
  readonly sessions: number;
  /** Invalid frames, invalid data and unknown names since the start. */
  readonly violations: number;
}

/**
 * Speaks a protocol with its connections: validates what comes, calls the handler of each message,
 * and answers. The wire is that of `docs/reference/wire-protocol.md`.
 *
 * @example
 * const chat = new ProtocolComponent(protocol, {
 *   handlers: {
 *     say(connection, { text }) {
 *       chat.broadcast("said", { from: connection.id, text });
 *     },
 *   },
 * });
 * app.route("/chat", chat);
 */
export class ProtocolComponent<P extends Protocol, Data = undefined>
  extends ProtocolPublishing<P>
  implements Component
{
  /** What the route offers as subprotocols: those of the codecs. */
  readonly subprotocols: readonly string[];
  readonly #runtime: ProtocolRuntime<Peer>;
  readonly #codecs: readonly FrameCodec[];
  readonly #initialData: ((connection: Peer) => unknown) | undefined;

  /**
   * @param options see docs/reference/options.md#protocol-options
   * @param clock for time-outs and rates; tests pass one that they move
   * @throws WindlassError `ERR_OPTION_INVALID`
   */
  constructor(protocol: P, options: ProtocolOptions<P, Data>, clock: Clock = systemClock) {
    const { handlers = {}, ...settings } = options as { readonly handlers?: unknown };
    const parsed = parseOptions(protocolOptionsSchema, settings, "options of ProtocolComponent");
    checkPatterns(protocol, Object.keys(parsed.topics));
    checkMembers(protocol, parsed.topics);
    const topics = new Map(Object.entries(parsed.topics));
    const topicPatterns = new TopicPatterns(Object.keys(protocol.topics));
    const publisher = new FramePublisher();
    const runtime: ProtocolRuntime<Peer> = {
      protocol,
      options: parsed,
      // As they were given: an instance of a class keeps its `this`.
      callbacks: options as unknown as ProtocolCallbacks<Protocol, unknown>,
      handlers: compileHandlers(protocol, handlers, parsed),
      topics,
      topicPatterns,
      sessions: new SessionStore(parsed.sessions, clock),
      peers: new Set(),
      publisher,
      ownTopics: new ProtocolTopics({
        protocol,
        policies: topics,
        patterns: topicPatterns,
        publisher,
      }),
      presence: undefined,
      users: undefined,
      maxRecoveryBytes: Number.POSITIVE_INFINITY,
      subscriptions: { begin: subscribeByServer, end: unsubscribeByServer, endAll: leaveAll },
      topicOf: (pattern, params) => checkedTopic(protocol, topicPatterns, pattern, params),
      enter: enterLane,
      clock,
      deadlines: new Deadlines(parsed.handlerTimeoutMs, clock),
      counters: { opened: 0, running: 0, violations: 0 },
    };
    super(runtime);
    this.#runtime = runtime;
    this.#codecs = parsed.codecs;
    this.subprotocols = parsed.codecs.map((codec) => codec.subprotocol);
    this.#initialData = parsed.initialData as ((connection: Peer) => unknown) | undefined;
  }

  /** The connections that may talk now; a live view. */
  get connections(): ReadonlySet<ProtocolConnection<P, Data>> {
    return this.#runtime.peers as ReadonlySet<unknown> as ReadonlySet<ProtocolConnection<P, Data>>;
  }

  /** What it is doing now. */
  get stats(): ProtocolStats {
    const { counters, peers, sessions } = this.#runtime;
    const { running, violations } = counters;
    return { connections: peers.size, running, sessions: sessions.size, violations };
  }

  /** Called by `app.route()`. */
  onRoute(route: ComponentRoute): void {
    const { ownTopics, publisher, options, clock, protocol, topicPatterns } = this.#runtime;
    ownTopics.addRoute(route);
    publisher.addRoute(route);
    this.#runtime.maxRecoveryBytes = Math.min(
      this.#runtime.maxRecoveryBytes,
      route.maxBackpressureBytes,
    );
    this.#runtime.users ??= usersOf(route);
    if (this.#runtime.callbacks.authenticate !== undefined) this.#runtime.users?.need();
    const limits = { everyMs: options.presenceBatchMs, maxChanges: options.maxPresenceMembers };
    this.#runtime.presence ??= new TopicPresence({
      store: route.presence,
      batches: new PresenceBatches(limits, clock, (frame) => publisher.publish(frame, frame.topic)),
      protocol,
      clock,
      match: (topic) => topicPatterns.match(topic),
    });
  }

  onOpen(raw: Connection): void {
    const peer = new Peer(this.#runtime, raw, this.#codecOf(raw));
    peer.data = this.#initialData?.(peer);
    raw.data = peer;
    joinSeat(peer);
    if (awaitToken(peer)) return;
    const opening = open(peer);
    // Not for the route to wait for: what onOpen asks of the client is answered by a message.
    if (opening !== undefined) peer.lane.hold(opening, enterLane);
  }

  onMessage(raw: Connection, message: Message): void {
    receive(raw.data as Peer, message);
  }

  onClose(raw: Connection, event: CloseEvent): MaybePromise<void> {
    const peer = raw.data as Peer | undefined;
    // initialData has failed before there was one.
    if (peer === undefined) return;
    if (this.#runtime.peers.delete(peer)) {
      this.#runtime.publisher.closed(peer.codec);
      this.#runtime.ownTopics.closed();
    }
    peer.ended();
    if (peer.hasOpened === false) return;
    if (peer.hasOpened === true && peer.callCount === 0) return this.#closed(peer, event);
    return this.#closedLater(peer, event);
  }

  async #closedLater(peer: Peer, event: CloseEvent): Promise<void> {
    await peer.hasOpened;
    await peer.idle();
    await this.#closed(peer, event);
  }

  #closed(peer: Peer, event: CloseEvent): MaybePromise<void> {
    return this.#runtime.callbacks.onClose?.(peer, event);
  }

  #codecOf(raw: Connection): FrameCodec {
    const { subprotocol } = raw.handshake;
    const codec = this.#codecs.find((candidate) => candidate.subprotocol === subprotocol);
    // A route without strict subprotocols lets clients in that offer none: they get the first one.
    return codec ?? (this.#codecs[0] as FrameCodec);
  }
}

function checkPatterns(protocol: Protocol, patterns: readonly string[]): void {
  const stranger = patterns.find((pattern) => !Object.hasOwn(protocol.topics, pattern));
  if (stranger === undefined) return;
  const known = Object.keys(protocol.topics).join(", ") || "none";
  throw optionError(
    `options of ProtocolComponent.topics.${stranger}`,
    `there is no such pattern; the protocol has ${known}`,
  );
}

/** Members without data would be none that clients can read. */
function checkMembers(
  protocol: Protocol,
  policies: Readonly<Record<string, TopicPolicy<Protocol, unknown, string>>>,
): void {
  for (const [pattern, { member }] of Object.entries(policies)) {
    const schema = protocol.topics[pattern]?.presence;
    if (schema === undefined || member !== undefined || schema.safeParse(undefined).success)
      continue;
    throw optionError(
      `options of ProtocolComponent.topics.${pattern}.member`,
      "the topic has a presence whose members have data; say what it is, such as member: (connection) => ({ nick })",
    );
  }
}
