import { isPromiseLike, type Publication, type PublicationListener, toError } from "@windlass/core";

/** Told about a listener that failed, with the topic. Must not throw. */
type ListenerErrorHandler = (error: Error, topic: string) => void;

/** Listeners of this process, for publications that have a position. */
export class KeptListeners {
  readonly #onError: ListenerErrorHandler;
  readonly #topics = new Map<string, Set<PublicationListener>>();

  constructor(onError: ListenerErrorHandler) {
    this.#onError = onError;
  }

  add(topic: string, listener: PublicationListener): void {
    const listeners = this.#topics.get(topic);
    if (listeners === undefined) this.#topics.set(topic, new Set([listener]));
    else listeners.add(listener);
  }

  remove(topic: string, listener: PublicationListener): void {
    const listeners = this.#topics.get(topic);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#topics.delete(topic);
  }

  clear(): void {
    this.#topics.clear();
  }

  deliver(publication: Publication): void {
    const { topic } = publication;
    for (const listener of [...(this.#topics.get(topic) ?? [])]) {
      // One of the listeners before may have removed this one.
      if (this.#topics.get(topic)?.has(listener) === true) this.#call(listener, publication);
    }
  }

  #call(listener: PublicationListener, publication: Publication): void {
    const { topic } = publication;
    try {
      const result: unknown = listener(publication);
      // TypeScript takes an async function for a listener: its rejection must not end the process.
      if (isPromiseLike(result)) {
        result.then(undefined, (error) => this.#onError(toError(error), topic));
      }
    } catch (error) {
      this.#onError(toError(error), topic);
    }
  }
}
