import { type Clock, systemClock } from "../contract/clock.ts";
import type { Component } from "../contract/component.ts";
import type { Connection } from "../contract/connection.ts";
import type { CloseEvent } from "../contract/disconnect.ts";
import type { Dispatcher } from "../contract/dispatcher.ts";
import type { MaybePromise } from "../contract/maybe-promise.ts";
import type { ReceivedMessage } from "../contract/received-message.ts";
import { Contained } from "./contained.ts";
import { Deadlines } from "./deadlines.ts";
import { type RateLimit, rateLimited } from "./rate-limited.ts";
import { type QueueLimits, Serialized } from "./serialized.ts";

/** What surrounds a component on its route. */
export interface DispatchOptions extends Partial<QueueLimits> {
  /** One callback at a time per connection. Default: true. */
  readonly serialized?: boolean;
  /** Milliseconds an async callback may take; 0 for ever. Default: 30,000. */
  readonly callbackTimeoutMs?: number;
  /** Limits of messages per connection. Default: none. */
  readonly rateLimit?: RateLimit;
}

/**
 * The standard way from a transport to a component: rate limit, then serialisation, then
 * containment of failures, then the component. Layers that are not asked for are not there.
 */
export function createDispatcher<Data>(
  component: Component<Data>,
  options: DispatchOptions = {},
  clock: Clock = systemClock,
): Dispatcher {
  const deadlines = new Deadlines(options.callbackTimeoutMs ?? 30_000, clock);
  let layered: Component<Data> = new Contained(component, deadlines);
  if (options.serialized !== false) layered = new Serialized(layered, options);
  if (options.rateLimit !== undefined) layered = rateLimited(layered, options.rateLimit, clock);
  return new ComponentDispatcher(layered);
}

/** Keeps the set of open connections and knows when all callbacks have settled. */
class ComponentDispatcher<Data> implements Dispatcher {
  readonly #component: Component<Data>;
  readonly #connections = new Set<Connection<Data>>();
  readonly #waiting: (() => void)[] = [];
  #pending = 0;

  constructor(component: Component<Data>) {
    this.#component = component;
  }

  get connections(): ReadonlySet<Connection> {
    return this.#connections as ReadonlySet<Connection>;
  }

  opened(connection: Connection): void {
    const typed = connection as Connection<Data>;
    this.#connections.add(typed);
    this.#track(this.#component.onOpen?.(typed));
  }

  received(connection: Connection, message: ReceivedMessage): void {
    const result = this.#component.onMessage(connection as Connection<Data>, message);
    if (result !== undefined) this.#track(result);
  }

  drained(connection: Connection): void {
    this.#track(this.#component.onDrain?.(connection as Connection<Data>));
  }

  closed(connection: Connection, event: CloseEvent): void {
    const typed = connection as Connection<Data>;
    this.#connections.delete(typed);
    this.#track(this.#component.onClose?.(typed, event));
  }

  settled(): Promise<void> {
    if (this.#pending === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #track(result: MaybePromise<void> | undefined): void {
    if (result === undefined) return;
    this.#pending += 1;
    // Contained never rejects, so there is no failure to look at here.
    void result.finally(() => {
      this.#pending -= 1;
      if (this.#pending > 0) return;
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}
