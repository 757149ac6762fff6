import {
  type Clock,
  type CloseEvent,
  type Component,
  type Connection,
  Deadlines,
  type MaybePromise,
  type Message,
  systemClock,
  type TopicPublisher,
} from "@windlass/core";
import {
  type DataToSend,
  type EventName,
  type FrameCodec,
  type ParamsOf,
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
import { awaitToken, open } from "./admission.ts";
import { compileHandlers } from "./handler-table.ts";
import type { ProtocolCallbacks } from "./handler-types.ts";
import { Peer } from "./peer.ts";
import type { ProtocolConnection } from "./protocol-connection.ts";
import { type ProtocolOptions, protocolOptionsSchema } from "./protocol-options.ts";
import { FramePublisher } from "./publishing.ts";
import { enterLane, receive } from "./receive.ts";
import type { ProtocolRuntime } from "./runtime.ts";
import { SessionStore } from "./session-store.ts";

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
export interface ProtocolPublishOptions {
  /** A connection that does not get it: usually the one it came from. */
  readonly except?: Pick<ProtocolConnection, "raw"> | undefined;
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
    this.#codecs = parsed.codecs;
    this.subprotocols = parsed.codecs.map((codec) => codec.subprotocol);
    this.#initialData = parsed.initialData as ((connection: Peer) => unknown) | undefined;
    this.#runtime = {
      protocol,
      options: parsed,
      // As they were given: an instance of a class keeps its `this`.
      callbacks: options as unknown as ProtocolCallbacks<Protocol, unknown>,
      handlers: compileHandlers(protocol, handlers, parsed),
      topics: new Map(Object.entries(parsed.topics)),
      topicPatterns: new TopicPatterns(Object.keys(protocol.topics)),
      sessions: new SessionStore(parsed.sessions, clock),
      peers: new Set(),
      publisher: new FramePublisher(),
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
   * Sends an event to every connection, in one call to the engine. Returns whether there was anybody.
   *
   * @throws z.ZodError when the data of an `encoded()` payload does not fit
   */
  broadcast<Name extends EventName<P["server"]>>(
    name: Name,
    data: DataToSend<P["server"], Name>,
    options: ProtocolPublishOptions = {},
  ): boolean {
    const payload = this.#runtime.protocol.server[name];
    if (payload === undefined || payload instanceof RequestDefinition) {
      throw unknownName(`server sends no event "${name}"`);
    }
    const frame = { type: "event", name, data: toWire(payload, data) } as const;
    return this.#runtime.publisher.publish(frame, undefined, options.except?.raw);
  }

  /**
   * Sends to the subscribers of a topic. Returns whether there was anybody.
   *
   * @throws ProtocolError `ERR_TOPIC_INVALID`; z.ZodError when the data of an `encoded()` payload
   *   does not fit
   */
  publish<Pattern extends TopicPattern<P>, Name extends PublicationName<P, Pattern>>(
    pattern: Pattern,
    params: ParamsOf<Pattern>,
    name: Name,
    data: PublicationToSend<P, Pattern, Name>,
    options: ProtocolPublishOptions = {},
  ): boolean {
    const payload = this.#runtime.protocol.topics[pattern]?.events[name];
    if (payload === undefined) {
      throw unknownName(`topics of "${pattern}" have no event "${name}"`);
    }
    const topic = topicOf(pattern, params);
    // Its subscribers would be those that the policy of the other pattern let in.
    const own = this.#runtime.topicPatterns.match(topic)?.pattern;
    if (own !== pattern)
      throw unknownName(`topic "${pattern}" of these parameters is one of "${own}"`);
    const frame = { type: "publication", topic, name, data: toWire(payload, data) } as const;
    return this.#runtime.publisher.publish(frame, topic, options.except?.raw);
  }

  /** Called by `app.route()`. */
  onRoute(route: TopicPublisher): void {
    this.#runtime.publisher.addRoute(route);
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
    if (this.#runtime.peers.delete(peer)) this.#runtime.publisher.closed(peer.codec);
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

function unknownName(problem: string): ProtocolError {
  return new ProtocolError("ERR_NAME_UNKNOWN", `The protocol's ${problem}. Declare it first.`);
}
