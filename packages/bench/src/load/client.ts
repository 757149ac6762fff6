import type { Socket } from "node:net";
import type { ClientRole, MessageFormat } from "../contract/adapter.ts";
import { BenchError } from "../contract/bench-error.ts";
import { encodeClientFrame, Opcode } from "../wire/client-frame.ts";
import { FrameParser, type FrameSink } from "../wire/frame-parser.ts";
import { createHandshakeKey } from "../wire/handshake-request.ts";
import { HandshakeReader, type HandshakeState } from "../wire/handshake-response.ts";
import type { ClientPlan } from "./client-plan.ts";
import {
  describeClose,
  describeEnd,
  describeRefusal,
  describeSocketError,
  describeTimeout,
  type EndReason,
} from "./end-reason.ts";
import type { ReplyReader } from "./payload/reply-reader.ts";
import { openSocket, type SocketEvents } from "./socket.ts";

export type { EndReason } from "./end-reason.ts";

/** Told what happens on the connections of a worker. Must not throw. */
export interface ClientObserver {
  /** The handshake is over and the adapter said ready. */
  ready(client: Client): void;
  /**
   * One whole reply. `sequence` is what the payload says (-1: unreadable); `intact`: its length and
   * (by sample) its content are right; `publisher` for broadcast, else 0.
   */
  reply(client: Client, sequence: number, intact: boolean, publisher: number): void;
  /** After the last message of a read: the moment to send on. */
  readEnd(client: Client): void;
  /** A message that is neither a reply nor known to the adapter. */
  unexpected(client: Client): void;
  /**
   * Once per `connect()`, also when the handshake failed; `wasReady` tells the two apart. Not
   * called after `close()` or `destroy()`.
   */
  ended(client: Client, reason: EndReason, wasReady: boolean): void;
}

/** `waiting`: connected and upgraded, but the adapter has not said ready. */
type Phase = "idle" | "connecting" | "upgrading" | "waiting" | "ready" | "closing";

/** One reply in so many is compared whole, on average: at random, since what a server does wrong may have a period. */
const COMPARE_EVERY = 8;
/** How long a server may take to answer our close frame. */
const CLOSE_TIMEOUT_MS = 2_000;
const NORMAL_CLOSURE = Buffer.from([1000 >> 8, 1000 & 0xff]);

/** One WebSocket connection, on nothing but a socket. */
export class Client implements FrameSink, SocketEvents {
  readonly index: number;
  readonly topic: number;
  readonly role: ClientRole;
  /** Ready to be loaded. */
  isOpen = false;
  /** `performance.now()` of `connect()`. */
  handshakeStartedAt = 0;
  /** From `connect()` to the end of the handshake. */
  handshakeMs = 0;
  bytesSent = 0;
  bytesReceived = 0;
  /** Called once, when the attempt under way is over one way or the other. For the opener. */
  onSettled: (() => void) | undefined;
  readonly #plan: ClientPlan;
  readonly #observer: ClientObserver;
  #phase: Phase = "idle";
  #socket: Socket | undefined;
  #handshake: HandshakeReader | undefined;
  #parser: FrameParser | undefined;
  #reader: ReplyReader | undefined;
  #untilCompare = 0;
  #timer: NodeJS.Timeout | undefined;
  #onClosed: (() => void) | undefined;

  constructor(
    plan: ClientPlan,
    observer: ClientObserver,
    index: number,
    topic: number,
    role: ClientRole,
  ) {
    this.#plan = plan;
    this.#observer = observer;
    this.index = index;
    this.topic = topic;
    this.role = role;
  }

  /** Begins an attempt. May be called again when the one before is over. */
  connect(localAddress?: string): void {
    this.handshakeStartedAt = performance.now();
    this.#phase = "connecting";
    const { connectTimeoutMs } = this.#plan;
    this.#timer = setTimeout(() => this.#timedOut(), connectTimeoutMs);
    this.#socket = openSocket(this.#plan.target, this, localAddress);
  }

  /** Sends frames that are encoded already, in one write. Only while `isOpen`. */
  send(frames: Buffer): void {
    this.bytesSent += frames.length;
    this.#socket?.write(frames);
  }

  /** Leaves in order: a close frame (1000), then the end. `onClosed` is called when it is over. */
  close(onClosed?: () => void): void {
    if (this.#phase !== "ready" && this.#phase !== "waiting") {
      this.destroy();
      onClosed?.();
      return;
    }
    this.send(encodeClientFrame(Opcode.Close, NORMAL_CLOSURE));
    this.#phase = "closing";
    this.isOpen = false;
    this.#onClosed = onClosed;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.destroy(), CLOSE_TIMEOUT_MS);
    this.#settle();
  }

  /** Drops the connection without a close frame. Nothing is reported about it any more. */
  destroy(): void {
    const onClosed = this.#onClosed;
    this.#onClosed = undefined;
    this.#leave();
    onClosed?.();
    this.#settle();
  }

  connected(socket: Socket): void {
    if (socket !== this.#socket) return;
    this.#phase = "upgrading";
    const { subprotocols, offersExtensions } = this.#plan;
    const key = createHandshakeKey();
    this.#handshake = new HandshakeReader({ key, subprotocols, offersExtensions });
    const request = this.#plan.request(this.topic).withKey(key);
    this.bytesSent += request.length;
    socket.write(request, "latin1");
  }

  read(socket: Socket, chunk: Buffer, bytes: number): void {
    if (socket !== this.#socket) return;
    this.bytesReceived += bytes;
    const handshake = this.#handshake;
    try {
      if (handshake === undefined) this.#readFrames(chunk, 0, bytes);
      else this.#goOn(handshake.read(chunk, 0, bytes), chunk, bytes);
    } catch (error) {
      // An adapter that throws; the sentence says which.
      if (!(error instanceof BenchError)) throw error;
      this.#fail(error.message);
    }
  }

  gone(socket: Socket, error: NodeJS.ErrnoException | undefined): void {
    if (socket !== this.#socket) return;
    if (this.#phase === "closing") this.destroy();
    else if (error === undefined) this.#fail(this.#refusal() ?? describeEnd(this.#phase));
    else this.#fail(describeSocketError(error, this.#plan.target, this.#phase === "ready"));
  }

  message(bytes: Buffer, start: number, end: number, isBinary: boolean): void {
    const reader = this.#reader;
    if (this.isOpen && reader !== undefined) {
      const isWhole = this.#untilCompare === 0;
      if (reader.accept(bytes, start, end, isBinary, isWhole)) {
        this.#untilCompare = isWhole
          ? Math.floor(Math.random() * (2 * COMPARE_EVERY - 1))
          : this.#untilCompare - 1;
        this.#observer.reply(this, reader.sequence, reader.intact, reader.publisher);
        return;
      }
    }
    this.#control(bytes.subarray(start, end), isBinary ? "binary" : "text");
  }

  ping(payload: Buffer): void {
    this.send(encodeClientFrame(Opcode.Pong, payload));
  }

  closed(code: number, reason: string): void {
    if (this.#phase === "closing") {
      this.destroy();
      return;
    }
    // 1005 stands for "no code" and must not be sent (RFC 6455, section 7.4.1).
    const answer = code === 1005 ? Buffer.alloc(0) : Buffer.from([code >> 8, code & 0xff]);
    const socket = this.#socket;
    this.#socket = undefined;
    this.bytesSent += answer.length + 6;
    socket?.end(encodeClientFrame(Opcode.Close, answer));
    socket?.setTimeout(CLOSE_TIMEOUT_MS, () => socket.destroy());
    this.#fail(describeClose(code, reason));
  }

  #goOn(state: HandshakeState, chunk: Buffer, bytes: number): void {
    switch (state.kind) {
      case "incomplete":
        break;
      case "open":
        this.#upgraded(chunk, state.next, bytes);
        break;
      case "refused":
        this.#fail(this.#describe(state));
        break;
      case "invalid":
        this.#fail(state.reason);
        break;
      default:
        state satisfies never;
    }
  }

  #upgraded(chunk: Buffer, next: number, bytes: number): void {
    this.handshakeMs = performance.now() - this.handshakeStartedAt;
    const { spareBuffers, maxMessageBytes, adapter } = this.#plan;
    this.#handshake = undefined;
    this.#parser = new FrameParser(this, spareBuffers, maxMessageBytes);
    this.#reader = this.#plan.replyReader?.(this.topic);
    this.#untilCompare = 0;
    this.#phase = "waiting";
    const greeting = this.#plan.greeting(this.role, this.topic);
    if (greeting.length > 0) this.send(greeting);
    if (adapter.control === undefined) this.#ready();
    if (next < bytes) this.#readFrames(chunk, next, bytes);
  }

  #readFrames(chunk: Buffer, start: number, end: number): void {
    const problem = this.#parser?.read(chunk, start, end);
    if (problem !== undefined) {
      if (this.#phase === "closing") this.destroy();
      else this.#fail(problem);
    } else if (this.isOpen) {
      this.#observer.readEnd(this);
    }
  }

  #control(message: Buffer, format: MessageFormat): void {
    if (this.#phase === "closing") return;
    const verdict = this.#plan.adapter.control?.(message, format);
    if (verdict === undefined) this.#observer.unexpected(this);
    else if (verdict.kind === "ready") this.#ready();
    else if (verdict.kind === "answer") {
      this.send(encodeClientFrame(Opcode.Text, Buffer.from(verdict.text)));
    }
  }

  #ready(): void {
    if (this.#phase !== "waiting") return;
    this.#phase = "ready";
    this.isOpen = true;
    clearTimeout(this.#timer);
    this.#observer.ready(this);
    this.#settle();
  }

  #timedOut(): void {
    this.#fail(this.#refusal() ?? describeTimeout(this.#phase, this.#plan.connectTimeoutMs));
  }

  /** An answer that was refused, but seemed to go on. */
  #refusal(): EndReason | undefined {
    const state = this.#handshake?.end();
    return state?.kind === "refused" ? this.#describe(state) : undefined;
  }

  #describe({ status, body }: { readonly status: string; readonly body: string }): EndReason {
    return describeRefusal(status, body, this.#plan.origin);
  }

  #fail(reason: EndReason): void {
    const wasReady = this.#phase === "ready";
    // The observer may connect again at once: that attempt settles on its own.
    const { onSettled } = this;
    this.onSettled = undefined;
    this.#leave();
    this.#observer.ended(this, reason, wasReady);
    onSettled?.();
  }

  #leave(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#phase = "idle";
    this.isOpen = false;
    clearTimeout(this.#timer);
    this.#parser?.halt();
    this.#parser = undefined;
    this.#handshake = undefined;
    socket?.destroy();
  }

  #settle(): void {
    const onSettled = this.onSettled;
    this.onSettled = undefined;
    onSettled?.();
  }
}
