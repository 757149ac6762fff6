import { type Protocol, toWire } from "@windlass/protocol";
import { fitting } from "../fitting.ts";
import type { UrlSource } from "../link/link.ts";
import { ErrorReports } from "./error-reports.ts";
import { reported } from "./guarded.ts";
import { eventOf, parsePayload, type ReadPayload, rawPayload, requestOf } from "./payloads.ts";
import type { ClientState, RequestOptions, SendOptions, StateEvent } from "./protocol-client.ts";
import { Session, type SessionOptions } from "./session.ts";
import type { SubscribeOptions } from "./subscription.ts";
import type { AnySubscription, AnyTopicListeners } from "./subscriptions.ts";

/** The client of any protocol; `connect()` gives it the types of one. */
export class WireClient {
  readonly #protocol: Protocol;
  readonly #session: Session;
  readonly #errors = new ErrorReports();
  readonly #read: ReadPayload;
  readonly #requestTimeoutMs: number;

  constructor(protocol: Protocol, url: UrlSource, options: SessionOptions) {
    this.#protocol = protocol;
    this.#read = options.validateIncoming === false ? rawPayload : parsePayload;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 10_000;
    this.#session = new Session(url, {
      protocol,
      options,
      read: this.#read,
      report: this.#errors.report,
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
    return this.#session.events.add(name, listener);
  }

  send(name: string, data: unknown, options?: SendOptions): Promise<void> {
    const { report } = this.#errors;
    return reported(this.#send(name, data, options?.volatile === true), report);
  }

  async request(name: string, data: unknown, options: RequestOptions = {}): Promise<unknown> {
    const { data: payload, result } = requestOf(this.#protocol.client, name);
    const answer = await this.#session.outbox.deliver({
      type: "request",
      name,
      payload,
      data,
      timeoutMs: options.timeoutMs ?? this.#requestTimeoutMs,
      signal: options.signal,
    });
    return this.#read(result, name, answer);
  }

  subscribe(
    pattern: string,
    params: Readonly<Record<string, string>>,
    listeners: AnyTopicListeners,
    options?: SubscribeOptions,
  ): AnySubscription {
    return this.#session.subscriptions.add(pattern, params, listeners, options);
  }

  close(code = 1000, reason = ""): void {
    this.#session.close(code, reason);
  }

  async #send(name: string, data: unknown, isVolatile: boolean): Promise<void> {
    const payload = eventOf(this.#protocol.client, name);
    const { outbox } = this.#session;
    if (!isVolatile) await outbox.deliver({ type: "event", name, payload, data });
    else {
      fitting(name, data, () =>
        this.#session.write({ type: "event", name, data: toWire(payload, data) }),
      );
    }
  }
}
