import { type PublicationFrame, type TopicDefinitions, topicOf } from "@windlass/protocol";
import { clientError } from "../client-errors.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { EventListeners, type EventTools } from "./event-listeners.ts";
import { own } from "./payloads.ts";

/** The publications of one topic, as long as they are wanted. */
export interface Subscription {
  /** The topic as it is on the wire: `room/lobby`. */
  readonly topic: string;
  /**
   * Resolves when the server has accepted the topic. Rejects when it refuses, and when the topic is
   * unsubscribed or the client closed before that. Nobody has to look at it: refusals go to
   * `onError()`, too.
   */
  readonly ready: Promise<void>;
  /** Ends it. More than once is nothing. */
  unsubscribe(): void;
}

/** Listeners by the names of publications, without their types. */
export type AnyTopicListeners = Readonly<Record<string, ((data: unknown) => void) | undefined>>;

/** What subscriptions need. */
export interface SubscriptionParts extends EventTools {
  readonly topics: TopicDefinitions;
  readonly outbox: Outbox;
}

interface Topic {
  readonly listeners: EventListeners;
  readonly ready: Promise<void>;
  /** Settles `ready`; once settled it stays so. */
  readonly settle: (error?: Error) => void;
  /** How many subscriptions share it. */
  users: number;
  /** Whether the server has accepted it on any connection. */
  isAccepted: boolean;
  /** Whether the server of this connection knows of it. */
  isAsked: boolean;
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
  ): Subscription {
    const name = topicOf(pattern, params);
    const topic = this.#topics.get(name) ?? this.#create(pattern);
    const removers = Object.keys(listeners).map((event) =>
      topic.listeners.add(event, (data) => listeners[event]?.(data)),
    );
    topic.users += 1;
    if (this.#end === undefined) {
      this.#topics.set(name, topic);
      this.#ask(name, topic);
    } else {
      topic.settle(this.#end);
    }
    let isWanted = true;
    const unsubscribe = (): void => {
      if (!isWanted) return;
      isWanted = false;
      for (const remove of removers) remove();
      topic.users -= 1;
      if (topic.users === 0) this.#leave(name, topic);
    };
    return { topic: name, ready: topic.ready, unsubscribe };
  }

  /** A new connection is open. */
  opened(): void {
    for (const [name, topic] of this.#topics) this.#ask(name, topic);
  }

  /** The connection is gone. */
  lost(): void {
    for (const topic of this.#topics.values()) topic.isAsked = false;
  }

  /** There will be no other connection. */
  end(error: Error): void {
    this.#end = error;
    for (const topic of this.#topics.values()) topic.settle(error);
    this.#topics.clear();
  }

  /** @throws ProtocolError `ERR_DATA_INVALID`, `ERR_NAME_UNKNOWN` */
  published(frame: PublicationFrame): void {
    this.#topics.get(frame.topic)?.listeners.emit(frame);
  }

  #create(pattern: string): Topic {
    const definition = own(this.#parts.topics, pattern);
    if (definition === undefined) {
      throw clientError("ERR_NAME_UNKNOWN", { kind: "topic", name: pattern });
    }
    const listeners = new EventListeners(definition.events, this.#parts);
    let settle: Topic["settle"] = () => {};
    const ready = new Promise<void>((resolve, reject) => {
      settle = (error) => (error === undefined ? resolve() : reject(error));
    });
    ready.catch(() => {});
    return { listeners, ready, settle, users: 0, isAccepted: false, isAsked: false };
  }

  #ask(name: string, topic: Topic): void {
    if (topic.isAsked) return;
    topic.isAsked = this.#parts.outbox.ask({ type: "subscribe", topic: name }, (error) => {
      topic.settle(error);
      topic.isAsked = error === undefined;
      topic.isAccepted ||= topic.isAsked;
      if (error === undefined || topic.users === 0) return;
      this.#parts.report(error);
      // One that was accepted before stays: the next connection may accept it again.
      if (!topic.isAccepted) this.#topics.delete(name);
    });
  }

  #leave(name: string, topic: Topic): void {
    topic.settle(clientError("ERR_CANCELLED", { name }));
    // A refused one is not among them, but a later one of its name may be.
    if (this.#topics.get(name) !== topic) return;
    this.#topics.delete(name);
    if (topic.isAsked) this.#parts.outbox.ask({ type: "unsubscribe", topic: name }, () => {});
  }
}
