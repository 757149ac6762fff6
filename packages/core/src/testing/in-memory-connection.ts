import { CloseCode } from "../contract/close-code.ts";
import type {
  Connection,
  ConnectionState,
  SendOptions,
  SendStatus,
  User,
} from "../contract/connection.ts";
import { type CloseEvent, type Disconnect, toDisconnect } from "../contract/disconnect.ts";
import { Disconnects } from "../contract/disconnects.ts";
import type { Dispatcher } from "../contract/dispatcher.ts";
import { WindlassError } from "../contract/errors.ts";
import type { Handshake } from "../contract/handshake.ts";
import type { Logger } from "../contract/logger.ts";
import type { Sendable } from "../contract/message.ts";
import { ReceivedMessage } from "../contract/received-message.ts";
import type { TransportPolicy } from "../contract/transport.ts";
import type { InMemoryTopics } from "./in-memory-topics.ts";
import type { InMemoryWire } from "./in-memory-wire.ts";

/** The limits of a route that exist in memory too. */
export type InMemoryPolicy = Pick<
  TransportPolicy,
  "maxPayloadBytes" | "maxBackpressureBytes" | "slowConsumer"
>;

/** What all connections of one route share. */
export interface InMemoryRuntime {
  readonly dispatcher: Dispatcher;
  readonly policy: InMemoryPolicy;
  readonly topics: InMemoryTopics;
  readonly log: Logger;
  /** Gives back what the guard counted. */
  release(handshake: Handshake): void;
}

/** What one connection is made of. */
export interface InMemoryLink {
  readonly handshake: Handshake;
  readonly user: User | undefined;
  readonly wire: InMemoryWire;
  /** The server cut the connection without a close frame. */
  readonly onCut: () => void;
}

let serial = 0;

/**
 * The server's end of a connection without a network. Behaves as the transport's does: the state
 * changes inside `close()`, and `onClose` follows in a microtask when it was us.
 */
export class InMemoryConnection implements Connection {
  readonly id: string;
  readonly handshake: Handshake;
  readonly user: User | undefined;
  data: unknown = undefined;
  readonly #runtime: InMemoryRuntime;
  readonly #link: InMemoryLink;
  #log: Logger | undefined;
  #state: ConnectionState = "closed";
  /** A send answered "buffered" and the buffer has not been empty since. */
  #isBacklogged = false;

  constructor(runtime: InMemoryRuntime, link: InMemoryLink) {
    serial += 1;
    this.id = `memory-${serial.toString(36)}`;
    this.#runtime = runtime;
    this.#link = link;
    this.handshake = link.handshake;
    this.user = link.user;
  }

  get log(): Logger {
    this.#log ??= this.#runtime.log.child({ connectionId: this.id, ip: this.handshake.ip });
    return this.#log;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get bufferedBytes(): number {
    return this.#state === "open" ? this.#link.wire.bufferedBytes : 0;
  }

  send(data: Sendable, _options?: SendOptions): SendStatus {
    const payload = readSendable(data);
    if (this.#state === "closed") return "closed";
    if (!this.#hasRoomFor(payload)) {
      this.#overflowed();
      return "dropped";
    }
    if (this.#write(payload)) return "sent";
    this.#isBacklogged = true;
    return "buffered";
  }

  close(disconnect?: Disconnect | number, reason?: string): void {
    const ending = toDisconnect(disconnect, reason);
    if (this.#state === "closed") return;
    const { code, cause } = ending;
    this.#detach();
    this.#link.wire.write({ kind: "close", code, reason: ending.reason });
    this.#closedByUs({ code, reason: ending.reason, wasClean: true, cause });
  }

  terminate(): void {
    if (this.#state === "closed") return;
    this.#detach();
    this.#link.wire.cut();
    this.#link.onCut();
    const code = CloseCode.Abnormal;
    this.#closedByUs({ code, reason: "", wasClean: false, cause: "server" });
  }

  subscribe(topic: string): boolean {
    return this.#runtime.topics.subscribe(topic, this);
  }

  unsubscribe(topic: string): boolean {
    return this.#runtime.topics.unsubscribe(topic, this);
  }

  /** The engine opened the socket. */
  opened(): void {
    this.#state = "open";
    this.#runtime.dispatcher.opened(this);
  }

  /** The engine read a message; the memory is taken back after this call. */
  received(payload: ArrayBuffer, isBinary: boolean): void {
    if (payload.byteLength > this.#runtime.policy.maxPayloadBytes) {
      this.close(Disconnects.MessageTooBig);
      return;
    }
    this.#runtime.dispatcher.received(this, new ReceivedMessage(payload, isBinary));
  }

  /** The engine's buffer is empty again. */
  drained(): void {
    if (!this.#isBacklogged) return;
    this.#isBacklogged = false;
    this.#runtime.dispatcher.drained(this);
  }

  /** The peer closed the connection, or is gone. */
  closedByPeer(event: CloseEvent): void {
    this.#detach();
    this.#runtime.dispatcher.closed(this, event);
  }

  /** A publication of a topic, which nobody waits for: no status, and no `onDrain` afterwards. */
  publish(payload: string | Uint8Array): void {
    if (this.#hasRoomFor(payload)) this.#write(payload);
    else this.#overflowed();
  }

  #write(data: string | Uint8Array): boolean {
    return this.#link.wire.write({ kind: "message", data, byteLength: byteLengthOf(data) });
  }

  #hasRoomFor(payload: string | Uint8Array): boolean {
    const { maxBackpressureBytes } = this.#runtime.policy;
    return this.#link.wire.bufferedBytes + byteLengthOf(payload) <= maxBackpressureBytes;
  }

  #overflowed(): void {
    const { bufferedBytes } = this;
    this.#isBacklogged = bufferedBytes > 0;
    const { slowConsumer, maxBackpressureBytes } = this.#runtime.policy;
    if (slowConsumer === "drop") return;
    this.log.warn(
      { rule: "backpressure", seen: bufferedBytes, wanted: maxBackpressureBytes },
      "the peer reads too slowly: closing with 4000",
    );
    this.close(Disconnects.SlowConsumer);
  }

  #detach(): void {
    this.#state = "closed";
    this.#runtime.topics.leave(this);
    this.#runtime.release(this.handshake);
  }

  #closedByUs(event: CloseEvent): void {
    // Perhaps we are inside a callback: onClose comes after it has returned.
    queueMicrotask(() => this.#runtime.dispatcher.closed(this, event));
  }
}

/** A copy of what is to be sent, as the engine makes one. */
export function readSendable(data: Sendable): string | Uint8Array {
  if (typeof data === "string") return data;
  if (data instanceof ReceivedMessage) return data.isBinary ? data.bytes() : data.text();
  if (data instanceof Uint8Array || data instanceof ArrayBuffer)
    return new Uint8Array(data).slice();
  throw new WindlassError("ERR_SEND_DATA_INVALID", { seen: `a value of type ${typeof data}` });
}

function byteLengthOf(payload: string | Uint8Array): number {
  return typeof payload === "string" ? Buffer.byteLength(payload) : payload.byteLength;
}
