import { CloseCode } from "../contract/close-code.ts";
import type { ConnectionState, SendOptions, SendStatus, User } from "../contract/connection.ts";
import {
  type CloseEvent,
  type Disconnect,
  type DisconnectCause,
  toDisconnect,
} from "../contract/disconnect.ts";
import { Disconnects } from "../contract/disconnects.ts";
import type { Handshake } from "../contract/handshake.ts";
import type { Logger } from "../contract/logger.ts";
import type { Sendable } from "../contract/message.ts";
import { ReceivedMessage } from "../contract/received-message.ts";
import type { SlowConsumerPolicy } from "../contract/topics.ts";
import { toCloseEvent } from "./close-event.ts";
import type { NativeCallbacks, NativeSocket } from "./native.ts";
import { byteLengthOf, isBinary, type Payload, payloadOf } from "./payload.ts";
import type { RouteMember, RouteRuntime } from "./route-runtime.ts";
import { type WaitingPublication, WaitingPublications } from "./waiting-publications.ts";

/** A UTF-16 unit takes at most three bytes of UTF-8. */
const maxBytesPerUnit = 3;

/** One WebSocket of the engine. */
export class UwsConnection implements RouteMember, NativeCallbacks {
  readonly handshake: Handshake;
  readonly user: User | undefined;
  data: unknown = undefined;
  readonly #runtime: RouteRuntime;
  readonly #serial: number;
  #log: Logger | undefined;
  /** Undefined before the engine opened the socket and after it closed it, when any call on it throws. */
  #socket: NativeSocket | undefined;
  /** How we ended the connection, once we did. */
  #ending: Required<Disconnect> | undefined;
  /** A send answered "buffered" and the buffer has not been empty since. */
  #isBacklogged = false;
  /** Publications of topics that let them wait; most connections never have any. */
  #waiting: WaitingPublications | undefined;

  constructor(runtime: RouteRuntime, handshake: Handshake, user: User | undefined) {
    this.#runtime = runtime;
    this.handshake = handshake;
    this.user = user;
    this.#serial = runtime.nextSerial();
  }

  get id(): string {
    return `${this.#runtime.nodeId}-${this.#serial.toString(36)}`;
  }

  get log(): Logger {
    this.#log ??= this.#runtime.log.child({ connectionId: this.id, ip: this.handshake.ip });
    return this.#log;
  }

  get state(): ConnectionState {
    return this.#socket === undefined ? "closed" : "open";
  }

  get bufferedBytes(): number {
    return this.#socket?.getBufferedAmount() ?? 0;
  }

  send(data: Sendable, options?: SendOptions): SendStatus {
    return this.#write(payloadOf(data), isBinary(data), options);
  }

  close(disconnect?: Disconnect | number, reason?: string): void {
    const ending = toDisconnect(disconnect, reason);
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#ending = ending;
    // Over the limit the engine drops the close frame too, and the peer is not reading anyway.
    if (socket.getBufferedAmount() > this.#runtime.maxBackpressureBytes) {
      this.#cut(ending.cause);
    } else {
      socket.end(ending.code, ending.reason);
    }
  }

  terminate(): void {
    this.#cut("server");
  }

  /** Ends the TCP connection without a close frame. */
  #cut(cause: DisconnectCause): void {
    if (this.#socket === undefined) return;
    this.#ending = { code: CloseCode.Abnormal, reason: "", cause };
    this.#socket.close();
  }

  subscribe(topic: string): boolean {
    const name = this.#runtime.nativeTopic(topic);
    return this.#socket?.subscribe(name) ?? false;
  }

  unsubscribe(topic: string): boolean {
    const name = this.#runtime.nativeTopic(topic);
    this.#waiting?.dropTopic(topic);
    return this.#socket?.unsubscribe(name) ?? false;
  }

  /** Whether this is a connection of that route of that server, subscribed to the topic. */
  listensTo(runtime: RouteRuntime, nativeTopic: string): boolean {
    return runtime === this.#runtime && (this.#socket?.isSubscribed(nativeTopic) ?? false);
  }

  /** Publishes to the topic's other subscribers; false when this connection is closed. */
  publish(nativeTopic: string, payload: Payload, isBinary: boolean, compress: boolean): boolean {
    return this.#socket?.publish(nativeTopic, payload, isBinary, compress) ?? false;
  }

  /** A publication for this connection alone, by the policy of its topic. */
  deliver(
    publication: WaitingPublication,
    policy: SlowConsumerPolicy,
    conflationKey: string | undefined,
    isVolatile: boolean,
  ): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    const { route, maxBackpressureBytes } = this.#runtime;
    const isBehind = (this.#waiting?.size ?? 0) > 0 || socket.getBufferedAmount() > 0;
    if (!isBehind) this.#sendPublication(socket, publication);
    else if (isVolatile) route.slowConsumers.droppedVolatile += 1;
    else if (policy === "drop-oldest" || policy === "conflate") {
      this.#waiting ??= new WaitingPublications(maxBackpressureBytes, route.slowConsumers);
      this.#waiting.add(publication, conflationKey);
      // What fills the buffer may have come from the engine's publish, which tells nobody.
      this.#isBacklogged = true;
    } else if (socket.getBufferedAmount() + publication.byteLength <= maxBackpressureBytes) {
      this.#sendPublication(socket, publication);
    } else if (policy === "close") this.#closeSlow(publication.byteLength);
    else route.slowConsumers.droppedNew += 1;
  }

  #sendPublication(
    socket: NativeSocket,
    { payload, isBinary, compress }: WaitingPublication,
  ): void {
    if (socket.send(payload, isBinary, compress) === 0) this.#isBacklogged = true;
  }

  subscribed(topic: ArrayBuffer, count: number, before: number): void {
    this.#runtime.subscribed(topic, count, before);
  }

  attach(socket: NativeSocket): void {
    this.#socket = socket;
    this.#runtime.bySerial.set(this.#serial, this);
  }

  /**
   * Tells the component, once the engine has finished the upgrade: closing a socket while the 101 is
   * still corked would send the close frame but not end the TCP connection.
   */
  opened(): void {
    // The engine now and then cuts a socket while it upgrades it after an async guard. The component has
    // not heard of it and does not need to; the client sees 1006 and comes back.
    if (this.#socket === undefined) {
      this.log.warn({}, "the connection ended while it was being upgraded");
      return;
    }
    try {
      if (this.#runtime.logsConnections) this.log.debug({}, "connection opened");
      this.#runtime.dispatcher.opened(this);
    } catch (error) {
      this.faulted(error);
    }
  }

  /** Something of ours failed in an event of the engine, where an exception would end the process. */
  faulted(error: unknown): void {
    const message = "a connection failed inside the framework: terminating it";
    this.log.error({ err: error }, message);
    this.#cut("error");
  }

  receive(payload: ArrayBuffer, isBinary: boolean): void {
    // Frames that were read together with the one whose callback closed the connection.
    if (this.#ending !== undefined) return;
    if (payload.byteLength > this.#runtime.maxPayloadBytes) {
      this.close(Disconnects.MessageTooBig);
      return;
    }
    this.#runtime.dispatcher.received(this, new ReceivedMessage(payload, isBinary));
  }

  /**
   * The engine dropped a message of a publication. It may be going through the subscribers of the topic
   * at this moment, and a socket that is closed meanwhile crashes it: so we close when it has finished.
   */
  dropped(): void {
    const { overflowing, policy, route } = this.#runtime;
    if (policy.slowConsumer === "drop") route.slowConsumers.droppedNew += 1;
    if (overflowing.has(this)) return;
    overflowing.add(this);
    setImmediate(() => {
      overflowing.delete(this);
      try {
        this.#overflowed();
      } catch (error) {
        this.faulted(error);
      }
    });
  }

  /** @param messageBytes the message that did not fit, where it is known */
  #overflowed(messageBytes?: number): void {
    const { slowConsumer } = this.#runtime.policy;
    if (this.#socket === undefined) return;
    this.#isBacklogged = this.bufferedBytes > 0;
    if (slowConsumer === "close") this.#closeSlow(messageBytes);
  }

  #closeSlow(messageBytes: number | undefined): void {
    const { bufferedBytes } = this;
    this.log.warn(
      {
        rule: "backpressure",
        seen: { bufferedBytes, messageBytes },
        wanted: this.#runtime.maxBackpressureBytes,
      },
      "a message does not fit into maxBackpressureBytes: closing with 4000",
    );
    this.#runtime.route.slowConsumers.closed += 1;
    this.close(Disconnects.SlowConsumer);
  }

  drained(): void {
    const socket = this.#socket;
    if (!this.#isBacklogged || socket?.getBufferedAmount() !== 0) return;
    for (let next = this.#waiting?.shift(); next !== undefined; next = this.#waiting?.shift()) {
      this.#sendPublication(socket, next);
      if (socket.getBufferedAmount() > 0) return;
    }
    this.#isBacklogged = false;
    this.#runtime.dispatcher.drained(this);
  }

  detached(code: number, message: ArrayBuffer): void {
    const event = toCloseEvent(code, message, this.#ending);
    this.#socket = undefined;
    this.#waiting = undefined;
    this.#runtime.bySerial.delete(this.#serial);
    this.#runtime.release(this.handshake);
    const { deferred } = this.#runtime;
    // The engine reports our own close from inside it, so perhaps from inside a callback: onClose
    // comes after that callback has returned. And it comes after messages that are deferred.
    if (this.#ending !== undefined) queueMicrotask(() => this.#closed(event));
    else if (deferred !== undefined) deferred.defer(() => this.#closed(event));
    else this.#closed(event);
  }

  #closed(event: CloseEvent): void {
    const { dispatcher } = this.#runtime;
    // The socket may have ended before the component was told of it.
    if (!dispatcher.connections.has(this)) return;
    try {
      if (this.#runtime.logsConnections) this.log.debug({ ...event }, "connection closed");
      dispatcher.closed(this, event);
    } catch (error) {
      this.faulted(error);
    }
  }

  #write(payload: Payload, isBinary: boolean, options: SendOptions | undefined): SendStatus {
    const socket = this.#socket;
    if (socket === undefined) return "closed";
    const { maxBackpressureBytes } = this.#runtime;
    const upperBound =
      typeof payload === "string" ? payload.length * maxBytesPerUnit : payload.byteLength;
    if (this.#isBacklogged || upperBound > maxBackpressureBytes) {
      const bytes = byteLengthOf(payload);
      if (socket.getBufferedAmount() + bytes > maxBackpressureBytes) {
        if (this.#runtime.policy.slowConsumer === "drop") {
          this.#runtime.route.slowConsumers.droppedNew += 1;
        }
        this.#overflowed(bytes);
        return "dropped";
      }
    }
    const status = socket.send(payload, isBinary, this.#runtime.compresses(payload, options));
    if (status === 1) return "sent";
    // 2: the engine itself refused; it has called dropped() meanwhile.
    if (status === 2) return "dropped";
    this.#isBacklogged = true;
    return "buffered";
  }
}
