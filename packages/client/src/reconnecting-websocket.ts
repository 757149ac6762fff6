import { systemClock } from "./client-clock.ts";
import {
  Link,
  type LinkEvent,
  type LinkOptions,
  type ReconnectingEvent,
  type UrlSource,
} from "./link/link.ts";
import type { SocketData } from "./outbox/byte-length.ts";
import { type QueueOptions, queueLimits } from "./outbox/queue-options.ts";
import { SocketQueue } from "./outbox/socket-queue.ts";

/** Options of a {@link ReconnectingWebSocket}. */
export interface ReconnectingWebSocketOptions extends LinkOptions {
  /** How much `send()` keeps while there is no connection, and for how long. */
  readonly queue?: QueueOptions;
}

/** The events of a {@link ReconnectingWebSocket}: those of the DOM's WebSocket, and one more. */
export interface ReconnectingWebSocketEventMap extends WebSocketEventMap {
  /** Follows `close` when there will be another attempt. */
  reconnecting: Event & ReconnectingEvent;
}

/** An EventTarget that knows its events. */
interface SocketEventTarget extends EventTarget {
  addEventListener<Type extends keyof ReconnectingWebSocketEventMap>(
    type: Type,
    listener: (this: WebSocket, event: ReconnectingWebSocketEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<Type extends keyof ReconnectingWebSocketEventMap>(
    type: Type,
    listener: (this: WebSocket, event: ReconnectingWebSocketEventMap[Type]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

const SocketEventTarget: new () => SocketEventTarget = EventTarget as new () => SocketEventTarget;

/** An `on...` property. */
type Handler<Type extends keyof WebSocketEventMap> =
  | ((this: WebSocket, event: WebSocketEventMap[Type]) => unknown)
  | null;

/**
 * The DOM's `WebSocket`, but it comes back: a class to put in its place where there is no protocol. What
 * differs:
 *
 * - `open` comes with each connection, `close` with each lost one; `reconnecting` follows it when there
 *   will be another attempt. `readyState` is CONNECTING meanwhile, and CLOSED only for good.
 * - `send()` keeps messages while there is no connection and throws ProtocolError `ERR_QUEUE_FULL` when
 *   they are too many; the DOM's throws while it connects. Old ones are left out: see `queue`. What was
 *   sent on a connection that got lost is not sent again.
 * - `url` is empty until a URL that is a function has answered.
 * - The global WebSocket is needed, as for `connect()`.
 *
 * Close codes 1000 and 4500 to 4999 and `close()` end it for good.
 *
 * @example
 * const socket = new ReconnectingWebSocket("wss://example.com/echo");
 * socket.onmessage = (event) => show(event.data);
 */
export class ReconnectingWebSocket extends SocketEventTarget implements WebSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  onopen: Handler<"open"> = null;
  onmessage: Handler<"message"> = null;
  onerror: Handler<"error"> = null;
  onclose: Handler<"close"> = null;
  readonly #link: Link;
  readonly #queue: SocketQueue;
  #readyState: 0 | 1 | 2 | 3 = 0;
  #binaryType: BinaryType = "blob";

  /**
   * @param url where the server is; a function is called anew on every attempt
   * @throws DOMException `SyntaxError` for a URL or subprotocols that the DOM refuses
   * @throws ProtocolError `ERR_WEBSOCKET_MISSING`
   */
  constructor(
    url: UrlSource,
    protocols: string | string[] = [],
    options: ReconnectingWebSocketOptions = {},
  ) {
    super();
    this.#queue = new SocketQueue(options.clock ?? systemClock, queueLimits(options.queue));
    for (const type of ["open", "message", "error", "close"] as const) {
      // The event fits: both have the same type.
      this.addEventListener(type, (event) => this[`on${type}`]?.(event as never));
    }
    this.#link = new Link(url, options, {
      protocols,
      prepare: undefined,
      binaryType: () => this.#binaryType,
      opened: () => this.#opened(),
      received: ({ data, origin = "" }) => {
        this.dispatchEvent(new MessageEvent("message", { data, origin }));
      },
      changed: (event) => this.#changed(event),
      failed: () => {},
    });
    this.#link.start();
  }

  /** The address that is in use, or was last. */
  get url(): string {
    return this.#link.socket?.url ?? "";
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#readyState;
  }

  /** Bytes that wait for a connection or, when there is one, in the socket. */
  get bufferedAmount(): number {
    return this.#readyState === 0 ? this.#queue.bytes : (this.#link.socket?.bufferedAmount ?? 0);
  }

  get extensions(): string {
    return this.#link.socket?.extensions ?? "";
  }

  get protocol(): string {
    return this.#link.socket?.protocol ?? "";
  }

  get binaryType(): BinaryType {
    return this.#binaryType;
  }

  set binaryType(type: BinaryType) {
    this.#binaryType = type;
    const { socket } = this.#link;
    if (socket !== undefined) socket.binaryType = type;
  }

  /** @throws ProtocolError `ERR_QUEUE_FULL` when too much waits for a connection */
  send(data: SocketData): void {
    if (this.#readyState === 0) this.#queue.add(data);
    else this.#link.socket?.send(data);
  }

  /** @throws DOMException for a code or reason that the DOM refuses */
  close(code?: number, reason?: string): void {
    this.#link.close(code, reason);
    if (this.#readyState < 2) this.#readyState = 2;
  }

  #opened(): void {
    this.#readyState = 1;
    this.#link.established();
    for (const data of this.#queue.take()) this.#link.socket?.send(data);
    this.#dispatch("open", {});
  }

  #changed(event: LinkEvent): void {
    if (event.state === "connecting") return;
    this.#readyState = event.state === "closed" ? 3 : 0;
    const { code, reason, wasClean, cause } = event;
    if (!wasClean) this.#dispatch("error", { error: cause });
    this.#dispatch("close", { code, reason, wasClean });
    if (event.state === "reconnecting") this.#dispatch("reconnecting", event);
  }

  /** Node 20 has neither CloseEvent nor ErrorEvent. */
  #dispatch(type: string, members: object): void {
    this.dispatchEvent(Object.assign(new Event(type), members));
  }
}
