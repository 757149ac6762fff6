import type { EventFrame, Protocol } from "@windlass/protocol";
import { fitting } from "../fitting.ts";
import type { UrlSource } from "../link/link.ts";
import { queueLimits } from "../outbox/queue-options.ts";
import { ErrorReports } from "./error-reports.ts";
import { EventListeners } from "./event-listeners.ts";
import {
  eventOf,
  parsePayload,
  type ReadPayload,
  rawPayload,
  requestOf,
  wirePayload,
} from "./payloads.ts";
import type { ClientState, RequestOptions, SendOptions, StateEvent } from "./protocol-client.ts";
import { Session, type SessionOptions } from "./session.ts";
import type { AnyTopicListeners, Subscription } from "./subscriptions.ts";

/** The client of any protocol; `connect()` gives it the types of one. */
export class WireClient {
  readonly #protocol: Protocol;
  readonly #session: Session;
  readonly #errors = new ErrorReports();
  readonly #events: EventListeners;
  readonly #read: ReadPayload;
  readonly #requestTimeoutMs: number;
  readonly #eventTimeoutMs: number;

  constructor(protocol: Protocol, url: UrlSource, options: SessionOptions) {
    const limits = queueLimits(options.queue);
    this.#protocol = protocol;
    this.#read = options.validateIncoming === false ? rawPayload : parsePayload;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 10_000;
    this.#eventTimeoutMs = limits.expireMs;
    this.#events = new EventListeners(protocol.server, {
      read: this.#read,
      report: this.#errors.report,
    });
    this.#session = new Session(url, {
      protocol,
      options,
      limits,
      read: this.#read,
      report: this.#errors.report,
      happened: (frame) => this.#events.emit(frame),
    });
  }

  get state(): ClientState {
    return this.#session.state;
  }

  get bufferedBytes(): number {
    return this.#session.bufferedBytes;
  }

  onStateChange(listener: (event: StateEvent) => void): () => void {
    return this.#session.states.add(listener);
  }

  onError(listener: (error: Error) => void): () => void {
    return this.#errors.add(listener);
  }

  opened(): Promise<void> {
    return this.#session.opened();
  }

  on(name: string, listener: (data: unknown) => void): () => void {
    eventOf(this.#protocol.server, name);
    return this.#events.add(name, listener);
  }

  send(name: string, data: unknown, options?: SendOptions): Promise<void> {
    const sent = this.#send(name, data, options?.volatile === true);
    sent.catch(this.#errors.report);
    return sent;
  }

  async request(name: string, data: unknown, options: RequestOptions = {}): Promise<unknown> {
    const definition = requestOf(this.#protocol.client, name);
    const answer = await this.#session.outbox.deliver({
      frame: { type: "request", name, data: wirePayload(definition.data, name, data) },
      timeoutMs: options.timeoutMs ?? this.#requestTimeoutMs,
      signal: options.signal,
    });
    return this.#read(definition.result, name, answer);
  }

  subscribe(
    pattern: string,
    params: Readonly<Record<string, string>>,
    listeners: AnyTopicListeners,
  ): Subscription {
    return this.#session.subscriptions.add(pattern, params, listeners);
  }

  close(code = 1000, reason = ""): void {
    this.#session.close(code, reason);
  }

  async #send(name: string, data: unknown, isVolatile: boolean): Promise<void> {
    const payload = eventOf(this.#protocol.client, name);
    const frame: EventFrame = { type: "event", name, data: wirePayload(payload, name, data) };
    if (isVolatile) {
      fitting(name, data, () => this.#session.write(frame));
      return;
    }
    await this.#session.outbox.deliver({ frame, timeoutMs: this.#eventTimeoutMs });
  }
}
