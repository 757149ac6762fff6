import { type ClientClock, systemClock } from "../client-clock.ts";
import { clientError } from "../client-errors.ts";
import type { MaybePromise } from "../maybe-promise.ts";
import { Timer } from "../timer.ts";
import { backOffMs, type ReconnectOptions } from "./back-off.ts";
import { watchBrowser } from "./browser-signals.ts";
import { checkClose, mayReconnect } from "./close-rules.ts";
import {
  abnormal,
  type ConnectionLoss,
  closed,
  type SocketConstructor,
  type SocketLike,
  type SocketMessage,
} from "./socket.ts";

/** Where the server is: fixed, or asked for anew on every attempt. */
export type UrlSource = string | URL | (() => MaybePromise<string | URL>);

/** Options of everything that connects. */
export interface LinkOptions {
  /** The class of the sockets. Default: the global `WebSocket`, which Node 20 does not have. */
  readonly WebSocket?: SocketConstructor;
  /**
   * How long an attempt may take from the making of its socket until the connection is open, in
   * milliseconds. Asking for the URL and the token is not counted. Default: 10,000.
   */
  readonly connectTimeoutMs?: number;
  /** How to come back after a lost connection; `false`: not at all. */
  readonly reconnect?: ReconnectOptions | false;
  /** Where time comes from. Default: the system's clock; tests pass their own. */
  readonly clock?: ClientClock;
  /** Numbers from 0 up to but without 1, for the jitter. Default: `Math.random`. */
  readonly random?: () => number;
}

/** A connection was lost, and the next attempt waits. */
export interface ReconnectingEvent extends ConnectionLoss {
  readonly state: "reconnecting";
  /** Number of the next attempt, from 1; the count ends when a connection lasts. */
  readonly attempt: number;
  /** How long it waits, in milliseconds. */
  readonly delayMs: number;
}

/** The connection is closed for good. */
export interface ClosedEvent extends ConnectionLoss {
  readonly state: "closed";
}

/** An attempt begins. */
export interface ConnectingEvent {
  readonly state: "connecting";
}

/** A link has gone over to another state; its owner knows when it is open. */
export type LinkEvent = ConnectingEvent | ReconnectingEvent | ClosedEvent;

/** Whom a link serves. None of its functions throws. */
export interface LinkOwner {
  readonly protocols: string | string[];
  /** What binary messages become, asked for each socket. */
  binaryType(): string;
  /** Runs before each attempt, where there is something to prepare. When it rejects, the attempt has failed. */
  readonly prepare: (() => Promise<void>) | undefined;
  /** The socket is open. {@link Link.established} ends the time-out of the attempt. */
  opened(): void;
  received(message: SocketMessage): void;
  changed(event: LinkEvent): void;
  /** An attempt failed before it had a socket. */
  failed(error: unknown): void;
  /** The network may be gone. */
  doubted?(): void;
}

/** A connection that lasted so long is no failure any more. */
const lastingMs = 5000;
/** The longest wait that a server may ask for. */
const maxOrderedMs = 300_000;

/**
 * One socket at a time, and the next one after it: attempts, their time-out, the schedule between
 * them. Events of a socket that was given up go nowhere.
 */
export class Link {
  readonly #owner: LinkOwner;
  readonly #source: UrlSource;
  readonly #Socket: SocketConstructor;
  readonly #connectTimeoutMs: number;
  readonly #reconnect: ReconnectOptions | false;
  readonly #random: () => number;
  #socket: SocketLike | undefined;
  /** Whether the socket is listened to. */
  #isLive = false;
  /** Changes with each attempt and with the end: what began before is void. */
  #turn = 0;
  #failures = 0;
  #orderedMs: number | undefined;
  #mayWake = false;
  #end: "no" | "wanted" | "reached" = "no";
  /** An attempt, a wait and a young connection have one timer each, and never at the same time. */
  readonly #timer: Timer;
  #stopWatching: (() => void) | undefined;

  /** @throws ProtocolError `ERR_WEBSOCKET_MISSING` */
  constructor(url: UrlSource, options: LinkOptions, owner: LinkOwner) {
    const Socket = options.WebSocket ?? globalThis.WebSocket;
    if (Socket === undefined) throw clientError("ERR_WEBSOCKET_MISSING", {});
    this.#Socket = Socket;
    this.#source = url;
    this.#owner = owner;
    this.#connectTimeoutMs = options.connectTimeoutMs ?? 10_000;
    this.#reconnect = options.reconnect ?? {};
    this.#timer = new Timer(options.clock ?? systemClock);
    this.#random = options.random ?? Math.random;
  }

  /**
   * Begins the first attempt.
   *
   * @throws what the class of the sockets throws, when the URL is known and needs no preparation
   */
  start(): void {
    const source = this.#source;
    if (typeof source === "function" || this.#owner.prepare !== undefined) void this.#attempt();
    else this.#connect(source);
    this.#stopWatching = watchBrowser({
      woken: () => this.#wake(),
      doubted: () => this.#owner.doubted?.(),
    });
  }

  /** The current socket, or the last one. */
  get socket(): SocketLike | undefined {
    return this.#socket;
  }

  /** The owner takes the connection for open. */
  established(): void {
    this.#timer.set(lastingMs, () => this.proven());
  }

  /** The connection did its work: the next loss is the first of a new count. */
  proven(): void {
    this.#failures = 0;
  }

  /** The server says when to come back after the coming loss. */
  order(afterMs: number): void {
    this.#orderedMs = Math.min(afterMs, maxOrderedMs);
  }

  /** Takes the connection for lost: its socket is closed and given up, and the next one follows. */
  lose(loss: ConnectionLoss): void {
    if (this.#end === "reached") return;
    this.#isLive = false;
    this.#timer.stop();
    this.#socket?.close();
    const delayMs = this.#delayAfter(loss.code);
    if (delayMs === undefined) {
      this.#end = "reached";
      this.#stopWatching?.();
      this.#owner.changed({ state: "closed", ...loss });
      return;
    }
    this.#failures += 1;
    this.#timer.set(delayMs, () => void this.#attempt());
    this.#owner.changed({ state: "reconnecting", attempt: this.#failures, delayMs, ...loss });
  }

  /**
   * Ends it for good, as soon as the socket is closed; never at once.
   *
   * @throws DOMException for a code or reason that the DOM refuses
   */
  close(code?: number, reason?: string): void {
    checkClose(code, reason);
    if (this.#end !== "no") return;
    this.#end = "wanted";
    this.#turn += 1;
    this.#timer.set(this.#connectTimeoutMs, () => this.lose(abnormal()));
    if (this.#isLive) this.#socket?.close(code, reason);
    else queueMicrotask(() => this.lose(closed(code, reason)));
  }

  async #attempt(): Promise<void> {
    this.#timer.stop();
    this.#mayWake = false;
    this.#turn += 1;
    const turn = this.#turn;
    const source = this.#source;
    this.#owner.changed({ state: "connecting" });
    try {
      await this.#owner.prepare?.();
      const url = await (typeof source === "function" ? source() : source);
      if (turn === this.#turn) this.#connect(url);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#owner.failed(error);
      this.lose(abnormal(error));
    }
  }

  #connect(url: string | URL): void {
    const socket = new this.#Socket(url, this.#owner.protocols);
    this.#socket = socket;
    this.#isLive = true;
    const timeoutMs = this.#connectTimeoutMs;
    this.#timer.set(timeoutMs, () =>
      this.lose(abnormal(clientError("ERR_CONNECT_TIMEOUT", { timeoutMs }))),
    );
    const isCurrent = (): boolean => this.#isLive && this.#socket === socket;
    let cause: unknown;
    let hasOpened = false;
    socket.binaryType = this.#owner.binaryType();
    socket.onopen = () => {
      hasOpened = true;
      if (isCurrent()) this.#owner.opened();
      else socket.close();
    };
    socket.onmessage = (event: SocketMessage) => {
      if (isCurrent()) this.#owner.received(event);
    };
    socket.onerror = ({ error }: { readonly error?: unknown }) => {
      cause = error;
      // Node 22 has no close event after a handshake that failed (nodejs/undici#3546).
      if (!hasOpened && isCurrent()) this.lose(abnormal(cause));
    };
    socket.onclose = ({ code, reason, wasClean }: ConnectionLoss) => {
      if (isCurrent()) this.lose({ code, reason, wasClean, cause });
    };
  }

  /** How long to wait before the next attempt; `undefined`: there is none. */
  #delayAfter(code: number): number | undefined {
    const reconnect = this.#reconnect;
    if (this.#end !== "no" || reconnect === false || !mayReconnect(code)) return undefined;
    const { maxAttempts } = reconnect;
    if (maxAttempts !== undefined && this.#failures >= maxAttempts) return undefined;
    const orderedMs = this.#orderedMs;
    this.#orderedMs = undefined;
    // Nobody comes back earlier than the server asked.
    this.#mayWake = orderedMs === undefined;
    return orderedMs ?? backOffMs(reconnect, this.#failures, this.#random);
  }

  #wake(): void {
    if (this.#mayWake) void this.#attempt();
    else this.#owner.doubted?.();
  }
}
