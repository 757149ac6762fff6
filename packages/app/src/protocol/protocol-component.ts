import {
  type Clock,
  type CloseEvent,
  type Component,
  type ComponentRoute,
  type Connection,
  Deadlines,
  type HistoryPage,
  type HistoryQuery,
  type MaybePromise,
  type Message,
  type PublishResult,
  systemClock,
} from "@windlass/core";
import {
  type DataToSend,
  type EventName,
  type FrameCodec,
  type ParamsOf,
  type PresentMember,
  type Protocol,
  ProtocolError,
  type PublicationName,
  type PublicationToSend,
  RequestDefinition,
  type TopicPattern,
  TopicPatterns,
  topicOf,
  toWire,
} from "@windlass/protocol";
import { optionError, parseOptions } from "../option-error.ts";
import { type PublishOptions, toTopicOptions } from "../topics/publish-options.ts";
import { awaitToken, open } from "./admission.ts";
import { compileHandlers } from "./handler-table.ts";
import type { ProtocolCallbacks } from "./handler-types.ts";
import { Peer } from "./peer.ts";
import { PresenceBatches } from "./presence-batches.ts";
import type { ProtocolConnection } from "./protocol-connection.ts";
import { type ProtocolOptions, protocolOptionsSchema } from "./protocol-options.ts";
import { ProtocolTopics } from "./protocol-topics.ts";
import { FramePublisher } from "./publishing.ts";
import { enterLane, receive } from "./receive.ts";
import type { ProtocolRuntime } from "./runtime.ts";
import { SessionStore } from "./session-store.ts";
import { leaveAll, subscribeByServer, unsubscribeByServer } from "./subscribing.ts";
import { TopicPresence } from "./topic-presence.ts";

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

/** Who gets a publication. */
export interface ProtocolPublishOptions
  extends Omit<PublishOptions, "event" | "except" | "exclude" | "eligible"> {
  /** A connection that does not get it: usually the one it came from. */
  readonly except?: Pick<ProtocolConnection, "raw"> | undefined;
  /** Connections that do not get it, or their ids. Default: none. */
  readonly exclude?: readonly (Pick<ProtocolConnection, "id"> | string)[];
  /** The only connections that get it, of those that are subscribed. Default: all. */
  readonly eligible?: readonly (Pick<ProtocolConnection, "id"> | string)[];
}

/** Who gets a broadcast, and how. */
export type ProtocolBroadcastOptions = Pick<
  ProtocolPublishOptions,
  "except" | "exclude" | "eligible" | "isVolatile" | "compress"
>;

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
export class ProtocolComponent<P extends Protocol, Data = undefined> implements Component {
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
    const topics = new Map(Object.entries(parsed.topics));
    const topicPatterns = new TopicPatterns(Object.keys(protocol.topics));
    const publisher = new FramePublisher();
    this.#codecs = parsed.codecs;
    this.subprotocols = parsed.codecs.map((codec) => codec.subprotocol);
    this.#initialData = parsed.initialData as ((connection: Peer) => unknown) | undefined;
    this.#runtime = {
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
      subscriptions: { begin: subscribeByServer, end: unsubscribeByServer, endAll: leaveAll },
      topicOf: (pattern, params) => checkedTopic(protocol, topicPatterns, pattern, params),
      enter: enterLane,
      clock,
      deadlines: new Deadlines(parsed.handlerTimeoutMs, clock),
      counters: { opened: 0, running: 0, violations: 0 },
    };
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

  /**
   * Sends an event to every connection, on every node. Returns whether there was anybody on this one. What a
   * broker does not take is logged; without a broker they have it when this returns.
   *
   * @throws z.ZodError when the data of an `encoded()` payload does not fit
   */
  broadcast<Name extends EventName<P["server"]>>(
    name: Name,
    data: DataToSend<P["server"], Name>,
    options: ProtocolBroadcastOptions = {},
  ): boolean {
    const payload = this.#runtime.protocol.server[name];
    if (payload === undefined || payload instanceof RequestDefinition) {
      throw unknownName(`server sends no event "${name}"`);
    }
    const { publisher } = this.#runtime;
    const hasConnections = publisher.hasSubscribers(undefined);
    void this.#publish(undefined, name, toWire(payload, data), options);
    return hasConnections;
  }

  /**
   * Sends to the subscribers of a topic, on every node, and keeps it where the topic has a history.
   *
   * @throws ProtocolError `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN`; z.ZodError when the data of an
   *   `encoded()` payload does not fit; WindlassError (as a rejection) as `app.publish()`
   */
  publish<Pattern extends TopicPattern<P>, Name extends PublicationName<P, Pattern>>(
    pattern: Pattern,
    params: ParamsOf<Pattern>,
    name: Name,
    data: PublicationToSend<P, Pattern, Name>,
    options: ProtocolPublishOptions = {},
  ): Promise<PublishResult> {
    const payload = this.#runtime.protocol.topics[pattern]?.events[name];
    if (payload === undefined) {
      throw unknownName(`topics of "${pattern}" have no event "${name}"`);
    }
    const topic = this.#runtime.topicOf(pattern, params);
    return this.#publish(topic, name, toWire(payload, data), options);
  }

  /**
   * Who is present on a topic, in the order in which they came; at most `maxPresenceMembers`.
   *
   * @throws ProtocolError (as a rejection) `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN`; WindlassError (as a
   *   rejection) `ERR_BROKER_UNAVAILABLE`
   */
  async presence<Pattern extends TopicPattern<P>>(
    pattern: Pattern,
    params: ParamsOf<Pattern>,
  ): Promise<readonly PresentMember[]> {
    const topic = this.#runtime.topicOf(pattern, params);
    const { options, presence } = this.#runtime;
    return (await presence?.members(undefined, topic, options.maxPresenceMembers)) ?? [];
  }

  /**
   * What is kept of a topic: `attributes.event` is the name of a publication, and its data JSON.
   *
   * @throws ProtocolError (as a rejection) `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN`; WindlassError (as a
   *   rejection) `ERR_BROKER_UNAVAILABLE`
   */
  async history<Pattern extends TopicPattern<P>>(
    pattern: Pattern,
    params: ParamsOf<Pattern>,
    query?: HistoryQuery,
  ): Promise<HistoryPage> {
    const topic = this.#runtime.topicOf(pattern, params);
    const { node } = this.#runtime.ownTopics;
    return (await node?.history(topic, query)) ?? { publications: [], position: undefined };
  }

  /** Called by `app.route()`. */
  onRoute(route: ComponentRoute): void {
    const { ownTopics, publisher, options, clock, protocol, topicPatterns } = this.#runtime;
    ownTopics.addRoute(route);
    publisher.addRoute(route);
    const limits = { everyMs: options.presenceBatchMs, maxChanges: options.maxPresenceMembers };
    this.#runtime.presence ??= new TopicPresence({
      store: route.presence,
      batches: new PresenceBatches(limits, clock, (frame) => publisher.publish(frame, frame.topic)),
      protocol,
      match: (topic) => topicPatterns.match(topic),
    });
  }

  #publish(
    topic: string | undefined,
    name: string,
    wire: unknown,
    { except, exclude, eligible, ...others }: ProtocolPublishOptions,
  ): Promise<PublishResult> {
    const options = {
      ...others,
      except: except?.raw,
      ...(exclude !== undefined && { exclude: exclude.map(idOf) }),
      ...(eligible !== undefined && { eligible: eligible.map(idOf) }),
    };
    return this.#runtime.ownTopics.publish(topic, name, wire, toTopicOptions(options, undefined));
  }

  onOpen(raw: Connection): void {
    const peer = new Peer(this.#runtime, raw, this.#codecOf(raw));
    peer.data = this.#initialData?.(peer);
    raw.data = peer;
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

/** @throws ProtocolError `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN` */
function checkedTopic(
  protocol: Protocol,
  patterns: TopicPatterns,
  pattern: string,
  params: Readonly<Record<string, string>>,
): string {
  if (!Object.hasOwn(protocol.topics, pattern)) throw unknownName(`topics have no "${pattern}"`);
  const topic = topicOf(pattern, params);
  // Its subscribers would be those that the policy of the other pattern let in.
  const own = patterns.match(topic)?.pattern;
  if (own === pattern) return topic;
  throw unknownName(`topic "${pattern}" of these parameters is one of "${own}"`);
}

function idOf(connection: Pick<ProtocolConnection, "id"> | string): string {
  return typeof connection === "string" ? connection : connection.id;
}

function unknownName(problem: string): ProtocolError {
  return new ProtocolError("ERR_NAME_UNKNOWN", `The protocol's ${problem}. Declare it first.`);
}
