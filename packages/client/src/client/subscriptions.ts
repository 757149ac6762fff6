import {
  type PublishFrameResult,
  type TopicDefinition,
  type TopicDefinitions,
  type TopicPosition,
  topicOf,
} from "@windlass/protocol";
import { clientError } from "../client-errors.ts";
import type { ClientOptions } from "./client-options.ts";
import { reported } from "./guarded.ts";
import { eventOf, own } from "./payloads.ts";
import type { SubscribeOptions, Subscription } from "./subscription.ts";
import { Topic, type TopicParts } from "./topic.ts";

/** Listeners by the names of publications, without their types. */
export type AnyTopicListeners = Readonly<Record<string, ((data: unknown) => void) | undefined>>;

/** What subscriptions need. */
export interface SubscriptionParts extends TopicParts {
  readonly topics: TopicDefinitions;
  readonly options: ClientOptions;
}

/** What is behind a subscription, for what is an entry of its own. */
export interface Insides extends SubscriptionParts {
  readonly topic: Topic;
  readonly definition: TopicDefinition;
  /** Called when the subscription ends. */
  readonly removers: (() => void)[];
}

/** The key of what is behind a subscription. */
export const inside: unique symbol = Symbol();

/** A subscription, without the types of a topic. */
export interface AnySubscription extends Subscription {
  readonly [inside]: Insides;
}

/** The topics that are wanted. The server hears of each once, however many want it here. */
export class Subscriptions {
  readonly #parts: SubscriptionParts;
  readonly #topics = new Map<string, Topic>();
  #end: Error | undefined;

  constructor(parts: SubscriptionParts) {
    this.#parts = parts;
  }

  /** @throws ProtocolError `ERR_NAME_UNKNOWN`, `ERR_TOPIC_INVALID` */
  add(
    pattern: string,
    params: Readonly<Record<string, string>>,
    listeners: AnyTopicListeners,
    { since, onRecovered }: SubscribeOptions = {},
  ): AnySubscription {
    const name = topicOf(pattern, params);
    const definition = own(this.#parts.topics, pattern);
    if (definition === undefined) {
      throw clientError("ERR_NAME_UNKNOWN", { kind: "topic", name: pattern });
    }
    const topic = this.#topics.get(name) ?? new Topic(definition, this.#parts);
    if (topic.users === 0) topic.lost(since);
    const removers = Object.keys(listeners).map((event) =>
      topic.listeners.add(event, (data) => listeners[event]?.(data)),
    );
    if (onRecovered) removers.push(topic.outcomes.add(onRecovered));
    topic.users += 1;
    removers.push(() => {
      topic.users -= 1;
      if (topic.users === 0) this.#leave(name, topic);
    });
    if (this.#end === undefined) {
      this.#topics.set(name, topic);
      this.ask(name);
    } else {
      topic.settle(this.#end);
    }
    const { outbox, report } = this.#parts;
    const publish = async (event: string, data: unknown): Promise<TopicPosition | undefined> => {
      const payload = eventOf(definition.events, event);
      const message = { type: "publish", topic: name, name: event, payload, data } as const;
      const answer = await outbox.deliver(message);
      return (answer as PublishFrameResult | undefined)?.position;
    };
    return {
      topic: name,
      ready: topic.ready,
      get position() {
        return topic.position;
      },
      publish: (event, data) => reported(publish(event, data), report),
      unsubscribe: () => {
        for (const remove of removers.splice(0)) remove();
      },
      [inside]: { ...this.#parts, definition, topic, removers },
    };
  }

  /** The topic of this name, if somebody here wants it. */
  get(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  /** The server knows of no subscription on this connection, or of one that it began by itself. */
  ask(name: string): void {
    this.#topics.get(name)?.ask(name, () => this.#topics.delete(name));
  }

  /** A new connection is open. */
  opened(): void {
    for (const name of this.#topics.keys()) this.ask(name);
  }

  /** The server has ended it. The next connection, or the server, may begin it again. */
  unsubscribed(name: string): void {
    const topic = this.#topics.get(name);
    if (topic === undefined) return;
    topic.lost();
    this.#parts.report(clientError("ERR_CANCELLED", { name }));
  }

  /** The connection is gone. */
  lost(): void {
    for (const topic of this.#topics.values()) topic.lost();
  }

  /** There will be no other connection. */
  end(error: Error): void {
    this.#end = error;
    for (const topic of this.#topics.values()) topic.settle(error);
    this.#topics.clear();
  }

  #leave(name: string, topic: Topic): void {
    topic.settle(clientError("ERR_CANCELLED", { name }));
    // A refused one is not among them, but a later one of its name may be.
    if (this.#topics.get(name) !== topic) return;
    this.#topics.delete(name);
    if (topic.isAsked) this.#parts.outbox.ask({ type: "unsubscribe", topic: name }, () => {});
  }
}
