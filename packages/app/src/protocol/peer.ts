import {
  type Connection,
  type ConnectionState,
  type Disconnect,
  Disconnects,
  type Handshake,
  type Logger,
  type SendStatus,
  type User,
} from "@windlass/core";
import type { ErrorFrame, Frame, FrameCodec, Payload, ResponseFrame } from "@windlass/protocol";
import { ProtocolError, RequestDefinition, schemaOf, toWire } from "@windlass/protocol";
import type { UserSeat } from "../users/user-seat.ts";
import type { RunningCall } from "./call.ts";
import type { TokenUser } from "./handler-types.ts";
import { Lane } from "./lane.ts";
import { connectionClosed, OutgoingRequests } from "./outgoing-requests.ts";
import type { CloseHint, ProtocolConnection, RequestOptions } from "./protocol-connection.ts";
import type { ProtocolRuntime } from "./runtime.ts";
import type { EncodedFrame, Session, SessionUser } from "./session.ts";
import { TokenBuckets } from "./token-buckets.ts";
import { Violations } from "./violations.ts";

/** Whether messages are handled: `waiting` for a token, or `ready`. */
export type Admission = "waiting" | "ready";

const maxRetryAfterMs = 300_000;

/** The server's end of a connection that speaks a protocol. */
export class Peer implements ProtocolConnection, SessionUser {
  readonly raw: Connection;
  readonly codec: FrameCodec;
  data: unknown = undefined;
  // What follows is for the files of this folder.
  readonly runtime: ProtocolRuntime<Peer>;
  readonly serial: number;
  readonly lane: Lane<Peer> = new Lane();
  session: Session<Peer> | undefined;
  admission: Admission = "ready";
  isCheckingToken = false;
  hasGreeted = false;
  /** Whether an event or a request has come. */
  hasMessages = false;
  tokenUser: TokenUser | undefined;
  /** Its place among the connections of the user that its token names. */
  seat: UserSeat | undefined;
  /** Stops the timer of authentication, or that of the token's end. */
  stopTokenTimer: (() => void) | undefined;
  /** Whether `onOpen` was called; the promise while it takes its time. */
  hasOpened: boolean | Promise<void> = false;
  /** Names of topics. Like all that follows made on first use: most connections never need it. */
  topics: Set<string> | undefined;
  /** Bytes of the messages under way. */
  callBytes = 0;
  /** Messages under way by id; events without one have negative numbers. */
  #calls: Map<number, RunningCall> | undefined;
  #violations: Violations | undefined;
  #controller: AbortController | undefined;
  #requests: OutgoingRequests | undefined;
  #buckets: TokenBuckets | undefined;
  #lastAnonymousCall = 0;
  #onIdle: (() => void) | undefined;

  constructor(runtime: ProtocolRuntime<Peer>, raw: Connection, codec: FrameCodec) {
    this.runtime = runtime;
    this.raw = raw;
    this.codec = codec;
    runtime.counters.opened += 1;
    this.serial = runtime.counters.opened;
  }

  get id(): string {
    return this.raw.id;
  }

  get handshake(): Handshake {
    return this.raw.handshake;
  }

  get user(): User | undefined {
    return this.tokenUser ?? this.raw.user;
  }

  get state(): ConnectionState {
    return this.raw.state;
  }

  get log(): Logger {
    return this.raw.log;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.raw.state === "closed") this.#controller.abort();
    }
    return this.#controller.signal;
  }

  /** How many messages are under way. */
  get callCount(): number {
    return this.#calls?.size ?? 0;
  }

  get violations(): Violations {
    this.#violations ??= new Violations();
    return this.#violations;
  }

  get buckets(): TokenBuckets {
    this.#buckets ??= new TokenBuckets();
    return this.#buckets;
  }

  get requests(): OutgoingRequests {
    const { clock, options } = this.runtime;
    this.#requests ??= new OutgoingRequests({
      send: (frame) => this.writeFrame(frame),
      clock,
      maxPending: options.maxPendingRequests,
    });
    return this.#requests;
  }

  send(name: string, data: unknown): SendStatus {
    const payload = this.runtime.protocol.server[name];
    if (payload === undefined || payload instanceof RequestDefinition) {
      throw notInProtocol("event", name);
    }
    return this.writeFrame({ type: "event", name, data: toWire(payload, data) });
  }

  async request(name: string, data: unknown, options: RequestOptions = {}): Promise<never> {
    const definition = this.runtime.protocol.server[name];
    if (!(definition instanceof RequestDefinition)) throw notInProtocol("request", name);
    if (this.raw.state === "closed") throw connectionClosed(name);
    const timeoutMs = options.timeoutMs ?? this.runtime.options.requestTimeoutMs;
    const wire = toWire(definition.data, data);
    const answer = await this.requests.ask(name, wire, { ...options, timeoutMs });
    return readResult(name, definition.result, answer) as never;
  }

  async subscribe(pattern: string, params: Readonly<Record<string, string>>): Promise<void> {
    const { subscriptions, topicOf } = this.runtime;
    await subscriptions.begin(this, topicOf(pattern, params));
  }

  unsubscribe(pattern: string, params: Readonly<Record<string, string>>): boolean {
    const { subscriptions, topicOf } = this.runtime;
    return subscriptions.end(this, topicOf(pattern, params));
  }

  close(disconnect?: Disconnect | number, hint?: CloseHint): void {
    const afterMs = hint?.retryAfterMs;
    if (afterMs !== undefined) {
      if (!(afterMs >= 0 && afterMs <= maxRetryAfterMs)) {
        throw new RangeError(
          `retryAfterMs is ${afterMs}; wanted 0 to ${maxRetryAfterMs} milliseconds.`,
        );
      }
      this.writeFrame({ type: "reconnect", afterMs });
    }
    this.raw.close(disconnect);
  }

  /** Sends a frame of this connection. */
  writeFrame(frame: Frame): SendStatus {
    return this.raw.send(this.codec.encode(frame));
  }

  write(frame: EncodedFrame): void {
    this.raw.send(frame);
  }

  replaced(): void {
    this.raw.close(Disconnects.SessionReplaced);
  }

  /** The answer to a message, kept by its session. */
  answer(id: number | undefined, frame: ResponseFrame | ErrorFrame): void {
    if (this.session !== undefined && id !== undefined) this.session.answer(id, frame);
    else this.writeFrame(frame);
  }

  /** The event has taken effect. */
  acknowledge(id: number): void {
    if (this.session !== undefined) this.session.acknowledge(id);
    else this.writeFrame({ type: "ack", id });
  }

  /** The message of this id that is under way. */
  findCall(id: number): RunningCall | undefined {
    return this.#calls?.get(id);
  }

  /** Takes note of a call that goes on. */
  started(call: RunningCall): void {
    if (call.id === undefined) {
      this.#lastAnonymousCall -= 1;
      call.key = this.#lastAnonymousCall;
    }
    this.callBytes += call.bytes;
    this.#calls ??= new Map();
    this.#calls.set(call.key, call);
  }

  /** The call is over. */
  settled(call: RunningCall): void {
    this.callBytes -= call.bytes;
    this.#calls?.delete(call.key);
    if (this.callCount === 0) this.#onIdle?.();
  }

  /** Resolves when no call is under way, on a connection that is gone. */
  idle(): Promise<void> {
    if (this.callCount === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  /** The connection is gone: nobody waits for anything. */
  ended(): void {
    this.lane.clear();
    this.runtime.subscriptions.endAll(this);
    if (this.seat !== undefined) this.runtime.users?.registry.leave(this.seat);
    if (this.session !== undefined) this.runtime.sessions.leave(this.session, this);
    this.stopTokenTimer?.();
    this.#controller?.abort();
    this.#requests?.failAll();
    for (const call of [...(this.#calls?.values() ?? [])]) call.abort("closed");
  }
}

function notInProtocol(kind: string, name: string): ProtocolError {
  const message = `The protocol has no ${kind} "${name}" that the server sends. Declare it under "server" of defineProtocol().`;
  return new ProtocolError("ERR_NAME_UNKNOWN", message, { kind, name });
}

function readResult(name: string, payload: Payload, answer: unknown): unknown {
  const parsed = schemaOf(payload).safeParse(answer);
  if (parsed.success) return parsed.data;
  const message = `The client's answer to "${name}" does not fit its schema; update the client, or look at the cause.`;
  throw new ProtocolError("ERR_RESULT_INVALID", message, undefined, { cause: parsed.error });
}
