import type { Frame, FrameCodec, HelloFrame, Protocol, WelcomeFrame } from "@windlass/protocol";
import { systemClock } from "../client-clock.ts";
import { clientError } from "../client-errors.ts";
import { Link, type LinkEvent, type UrlSource } from "../link/link.ts";
import { abnormal, closed } from "../link/socket.ts";
import { type EncodedFrame, Outbox } from "../outbox/outbox.ts";
import { queueLimits } from "../outbox/queue-options.ts";
import type { ClientOptions } from "./client-options.ts";
import { EventListeners } from "./event-listeners.ts";
import type { Report } from "./guarded.ts";
import { Heartbeat } from "./heartbeat.ts";
import { jsonFrames } from "./json-frames.ts";
import { Listeners } from "./listeners.ts";
import type { ReadPayload } from "./payloads.ts";
import type { ClientState, StateEvent } from "./protocol-client.ts";
import { createReceiver } from "./receiver.ts";
import { type AnyHandlers, ServerRequests } from "./server-requests.ts";
import { createSessionName } from "./session-name.ts";
import { Subscriptions } from "./subscriptions.ts";
import { Tokens } from "./tokens.ts";

/** Close code of a server that got a message above its limit. */
const messageTooBig = 1009;

/** Options, with the handlers of any protocol. */
export interface SessionOptions extends ClientOptions {
  readonly handlers?: AnyHandlers;
}

/** What a session needs of its client. */
export interface SessionParts {
  readonly protocol: Protocol;
  readonly options: SessionOptions;
  readonly read: ReadPayload;
  readonly report: Report;
}

/** What goes on with the server, over all connections: greeting, resending, signs of life, the state. */
export class Session {
  readonly states: Listeners<StateEvent> = new Listeners<StateEvent>();
  readonly events: EventListeners;
  readonly outbox: Outbox;
  readonly subscriptions: Subscriptions;
  readonly #name: string = createSessionName();
  readonly #codec: FrameCodec;
  readonly #link: Link;
  readonly #requests: ServerRequests;
  readonly #tokens: Tokens;
  readonly #heartbeat: Heartbeat | undefined;
  readonly #receive: (data: unknown) => void;
  readonly #options: ClientOptions;
  readonly #report: Report;
  #state: ClientState = "connecting";
  #token: string | undefined;
  #end: Error | undefined;

  constructor(url: UrlSource, parts: SessionParts) {
    const { protocol, options } = parts;
    const { codec = jsonFrames, clock = systemClock, heartbeat = {}, handlers = {} } = options;
    const write = (frame: Frame): boolean => this.write(frame);
    const tools = { ...parts, codec, clock, write, limits: queueLimits(options.queue) };
    this.#codec = codec;
    this.#report = parts.report;
    this.#options = options;
    this.#link = this.#createLink(url);
    this.outbox = new Outbox({ ...tools, write: (frame) => this.#post(frame) });
    this.#tokens = new Tokens({ ...tools, provider: options.token });
    this.#requests = new ServerRequests({
      ...tools,
      messages: protocol.server,
      handlers,
      // The server may ask before it has welcomed us.
      write: (frame) => this.#transmit(frame),
    });
    this.events = new EventListeners(protocol.server, parts);
    this.subscriptions = new Subscriptions({
      ...tools,
      topics: protocol.topics,
      outbox: this.outbox,
    });
    if (heartbeat !== false) {
      this.#heartbeat = new Heartbeat(heartbeat, {
        clock,
        ping: () => write({ type: "ping", seen: this.outbox.seen }),
        dead: (timeoutMs) => this.#link.lose(abnormal(clientError("ERR_LINK_DEAD", { timeoutMs }))),
      });
    }
    this.#receive = createReceiver({
      ...tools,
      link: this.#link,
      outbox: this.outbox,
      tokens: this.#tokens,
      events: this.events,
      requests: this.#requests,
      subscriptions: this.subscriptions,
      welcomed: (frame) => this.#welcomed(frame),
    });
    this.#link.start();
  }

  get state(): ClientState {
    return this.#state;
  }

  get bufferedBytes(): number {
    // While it is open, everything has been handed to the socket.
    return this.#state === "open" ? (this.#link.socket?.bufferedAmount ?? 0) : this.outbox.bytes;
  }

  /** Sends a frame that nobody misses while there is no connection; answers whether it went out. */
  write(frame: Frame): boolean {
    return this.#post(this.#codec.encode(frame));
  }

  opened(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.#state === "open") resolve();
        else if (this.#end !== undefined) reject(this.#end);
        else return;
        forget();
      };
      const forget = this.states.add(look);
      look();
    });
  }

  close(code: number, reason: string): void {
    this.#link.close(code, reason);
    this.#link.lose(closed(code, reason));
  }

  #createLink(url: UrlSource): Link {
    const options = this.#options;
    return new Link(url, options, {
      protocols: this.#codec.subprotocol,
      binaryType: () => "arraybuffer",
      prepare:
        options.token &&
        (async () => {
          this.#token = await this.#tokens.next();
        }),
      opened: () => {
        const { seen } = this.outbox;
        const hello: HelloFrame = { type: "hello", session: this.#name, seen, token: this.#token };
        this.#transmit(hello);
      },
      received: ({ data }) => {
        this.#heartbeat?.received();
        this.#receive(data);
      },
      changed: (event) => this.#changed(event),
      failed: this.#report,
      doubted: () => {
        if (this.#state === "open") this.#heartbeat?.check();
      },
    });
  }

  #welcomed({ resumed, tokenExpiresInMs }: WelcomeFrame): void {
    if (this.#state === "open") return;
    this.#state = "open";
    this.#link.established();
    this.#tokens.accepted(tokenExpiresInMs);
    this.#heartbeat?.start();
    if (!resumed && this.#options.afterLostSession === "reject") this.outbox.rejectSent();
    this.outbox.flush(true);
    this.subscriptions.opened();
    this.outbox.flush(false);
    this.states.emit({ state: "open", resumed }, this.#report);
  }

  #changed(event: LinkEvent): void {
    this.#state = event.state;
    if (event.state !== "connecting") {
      this.#heartbeat?.stop();
      this.#tokens.stop();
      this.#requests.cancelAll();
      this.subscriptions.lost();
      this.outbox.lost();
    }
    if (event.state === "reconnecting" && event.code === messageTooBig) this.outbox.rejectLargest();
    if (event.state === "closed") {
      const { code, reason, cause } = event;
      this.#end = clientError("ERR_CONNECTION_CLOSED", { code, reason }, cause);
      this.subscriptions.end(this.#end);
      this.outbox.end(this.#end);
    }
    this.states.emit(event, this.#report);
  }

  #post(frame: EncodedFrame): boolean {
    if (this.#state !== "open") return false;
    this.#link.socket?.send(frame);
    return true;
  }

  /** Also before the server has welcomed us. */
  #transmit(frame: Frame): void {
    this.#link.socket?.send(this.#codec.encode(frame));
  }
}
