import type { Broker, Publication, PublicationListener } from "../contract/broker.ts";
import { toError, WindlassError } from "../contract/errors.ts";
import { isPromiseLike } from "../contract/maybe-promise.ts";

/** Told about a listener that failed, with the topic. Must not throw. */
export type ListenerErrorHandler = (error: Error, topic: string) => void;

interface Delivery {
  readonly publication: Publication;
  readonly listeners: readonly PublicationListener[];
}

/**
 * The broker of a single node: publications go to the listeners of this process, within the call
 * of `publish`. What a listener publishes is delivered after the publication it is listening to,
 * so that all listeners see the same order.
 *
 * After `close()`, `publish` and `subscribe` reject with `ERR_APP_STATE`.
 */
export class MemoryBroker implements Broker {
  readonly #onListenerError: ListenerErrorHandler;
  /** The arrays are replaced, never changed, so a publication keeps its listeners without a copy. */
  readonly #topics = new Map<string, readonly PublicationListener[]>();
  readonly #waiting: Delivery[] = [];
  #isDelivering = false;
  #isClosed = false;

  /** @param onListenerError told when a listener throws; the other listeners get the publication all the same. */
  constructor(onListenerError: ListenerErrorHandler) {
    this.#onListenerError = onListenerError;
  }

  /** Topics that have a listener. */
  get topicCount(): number {
    return this.#topics.size;
  }

  async publish(publication: Publication): Promise<void> {
    this.#assertOpen("publish()");
    const listeners = this.#topics.get(publication.topic);
    if (listeners === undefined) return;
    const { topic, data } = publication;
    // Not data.slice(): on a Buffer that is a view of the caller's memory.
    const copy = typeof data === "string" ? data : new Uint8Array(data);
    this.#waiting.push({ publication: Object.freeze({ topic, data: copy }), listeners });
    if (!this.#isDelivering) this.#deliverWaiting();
  }

  async subscribe(topic: string, listener: PublicationListener): Promise<void> {
    this.#assertOpen("subscribe()");
    const listeners = this.#topics.get(topic) ?? [];
    if (!listeners.includes(listener)) this.#topics.set(topic, [...listeners, listener]);
  }

  async unsubscribe(topic: string, listener: PublicationListener): Promise<void> {
    const rest = this.#topics.get(topic)?.filter((other) => other !== listener) ?? [];
    if (rest.length > 0) this.#topics.set(topic, rest);
    else this.#topics.delete(topic);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#topics.clear();
  }

  #deliverWaiting(): void {
    this.#isDelivering = true;
    // The loop also sees what listeners add to the array while it runs.
    for (const delivery of this.#waiting) this.#deliver(delivery);
    this.#waiting.length = 0;
    this.#isDelivering = false;
  }

  #deliver({ publication, listeners }: Delivery): void {
    const { topic } = publication;
    for (const listener of listeners) {
      // One of the listeners before may have unsubscribed this one.
      const current = this.#topics.get(topic);
      if (current === listeners || current?.includes(listener)) this.#call(listener, publication);
    }
  }

  #call(listener: PublicationListener, publication: Publication): void {
    const { topic } = publication;
    try {
      const result: unknown = listener(publication);
      // TypeScript takes an async function for a listener: its rejection must not end the process.
      if (isPromiseLike(result)) result.then(undefined, (error) => this.#report(error, topic));
    } catch (error) {
      this.#report(error, topic);
    }
  }

  #report(error: unknown, topic: string): void {
    try {
      this.#onListenerError(toError(error), topic);
    } catch {
      // The handler that reports failures failed itself: nobody is left to tell, and the other
      // listeners still want their publication.
    }
  }

  #assertOpen(method: string): void {
    if (!this.#isClosed) return;
    throw new WindlassError("ERR_APP_STATE", {
      call: `broker.${method}`,
      state: "closed",
      advice: "publish and subscribe before the app is closed",
    });
  }
}
