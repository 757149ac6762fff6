import { toError } from "./errors.ts";
import { isPromiseLike } from "./maybe-promise.ts";

/** Called with what happens on a topic. */
type Listener<Event> = (event: Event) => void;

interface Delivery<Event> {
  readonly event: Event;
  readonly listeners: readonly Listener<Event>[];
}

/**
 * Listeners by topic, called within `emit`. What is emitted by a listener is delivered after what it is
 * listening to, so that all listeners see the same order.
 */
export class Listeners<Event extends { readonly topic: string }> {
  readonly #onError: (error: Error, topic: string) => void;
  /** The arrays are replaced, never changed, so a delivery keeps its listeners without a copy. */
  readonly #topics = new Map<string, readonly Listener<Event>[]>();
  readonly #waiting: Delivery<Event>[] = [];
  #isDelivering = false;

  /** @param onError told when a listener throws or rejects; the other listeners are called all the same. Must not throw. */
  constructor(onError: (error: Error, topic: string) => void) {
    this.#onError = onError;
  }

  /** Topics that have a listener. */
  get topicCount(): number {
    return this.#topics.size;
  }

  has(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** A listener that is there already stays there once. */
  add(topic: string, listener: Listener<Event>): void {
    const listeners = this.#topics.get(topic) ?? [];
    if (!listeners.includes(listener)) this.#topics.set(topic, [...listeners, listener]);
  }

  /** It is not called again, not even by a delivery that is under way. */
  remove(topic: string, listener: Listener<Event>): void {
    const rest = this.#topics.get(topic)?.filter((other) => other !== listener) ?? [];
    if (rest.length > 0) this.#topics.set(topic, rest);
    else this.#topics.delete(topic);
  }

  clear(): void {
    this.#topics.clear();
  }

  /** Calls those that are listening to its topic now. */
  emit(event: Event): void {
    const listeners = this.#topics.get(event.topic);
    if (listeners === undefined) return;
    this.#waiting.push({ event, listeners });
    if (!this.#isDelivering) this.#deliverWaiting();
  }

  #deliverWaiting(): void {
    this.#isDelivering = true;
    // The loop also sees what listeners add to the array while it runs.
    for (const delivery of this.#waiting) this.#deliver(delivery);
    this.#waiting.length = 0;
    this.#isDelivering = false;
  }

  #deliver({ event, listeners }: Delivery<Event>): void {
    for (const listener of listeners) {
      // One of the listeners before may have removed this one.
      const current = this.#topics.get(event.topic);
      if (current === listeners || current?.includes(listener)) this.#call(listener, event);
    }
  }

  #call(listener: Listener<Event>, event: Event): void {
    try {
      const result: unknown = listener(event);
      // TypeScript takes an async function for a listener: its rejection must not end the process.
      if (isPromiseLike(result)) {
        result.then(undefined, (error) => this.#onError(toError(error), event.topic));
      }
    } catch (error) {
      this.#onError(toError(error), event.topic);
    }
  }
}
