import type {
  BrokerHost,
  HistoryBroker,
  HistoryPage,
  HistoryQuery,
  PublicationListener,
} from "../contract/broker.ts";
import type {
  Position,
  Publication,
  PublishPolicy,
  PublishReceipt,
} from "../contract/publication.ts";
import { MemoryBroker } from "./memory-broker.ts";

/** A broker far away: subscribing, reading and delivering take until the test says so. */
export class SlowBroker implements HistoryBroker {
  readonly #inner = new MemoryBroker();
  readonly #steps: (() => void)[] = [];
  readonly #deliveries: (() => void)[] = [];
  readonly #wrapped = new Map<PublicationListener, PublicationListener>();
  host: BrokerHost | undefined;

  async open(host: BrokerHost): Promise<void> {
    this.host = host;
    await this.#inner.open(host);
  }

  /** Lets the oldest call, or the oldest delivery, go on. Whether there was any. */
  step(kind: "call" | "delivery"): boolean {
    const next = (kind === "call" ? this.#steps : this.#deliveries).shift();
    next?.();
    return next !== undefined;
  }

  publish(publication: Publication, policy?: PublishPolicy): Promise<PublishReceipt> {
    return this.#inner.publish(publication, policy);
  }

  async subscribe(topic: string, listener: PublicationListener): Promise<Position | undefined> {
    await this.#turn();
    const later: PublicationListener = (publication) => {
      this.#deliveries.push(() => {
        if (this.#wrapped.get(listener) === later) listener(publication);
      });
    };
    this.#wrapped.set(listener, later);
    return await this.#inner.subscribe(topic, later);
  }

  async unsubscribe(topic: string, listener: PublicationListener): Promise<void> {
    const later = this.#wrapped.get(listener);
    this.#wrapped.delete(listener);
    if (later !== undefined) await this.#inner.unsubscribe(topic, later);
  }

  async history(topic: string, query?: HistoryQuery): Promise<HistoryPage> {
    await this.#turn();
    const page = await this.#inner.history(topic, query);
    await this.#turn();
    return page;
  }

  forget(topic: string): Promise<void> {
    return this.#inner.forget(topic);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#steps.push(resolve));
  }
}
