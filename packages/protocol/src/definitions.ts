import type { z } from "zod";
import type { Payload } from "./payload.ts";

/** A message that is answered with a result. Made by {@link request}. */
export class RequestDefinition<Data extends Payload = Payload, Result extends Payload = Payload> {
  readonly data: Data;
  readonly result: Result;

  constructor(data: Data, result: Result) {
    this.data = data;
    this.result = result;
  }
}

/** Declares a request: what is asked with, and what is answered. */
export function request<Data extends Payload, Result extends Payload>(
  data: Data,
  result: Result,
): RequestDefinition<Data, Result> {
  return new RequestDefinition(data, result);
}

/** A payload declares an event: a message without an answer. */
export type MessageDefinition = Payload | RequestDefinition;

/** Messages by name. A name is 1 to 64 letters, digits, `_`, `.`, `:` and `-`, a letter first. */
export type MessageDefinitions = Readonly<Record<string, MessageDefinition>>;

/** What may be published to the topics of one pattern, and what is kept about them. */
export interface TopicDefinition<Events extends EventDefinitions = EventDefinitions> {
  /** Publications by name. */
  readonly events: Events;
  /** What a topic keeps for those who were away. Default: nothing. */
  readonly history?: HistoryDefinition;
  /**
   * What others see of each member of a topic. With it, the server knows who is present, and
   * subscribers hear who comes and goes. Default: nobody knows.
   */
  readonly presence?: z.ZodType;
}

/** How much a topic keeps, and for how long. */
export interface HistoryDefinition {
  /** How many publications are kept, the newest: 1 to 1,000,000. */
  readonly size: number;
  /** For how long each is kept, in milliseconds: 1 to 31,536,000,000 (a year). */
  readonly ttlMs: number;
  /**
   * For how long after the last publication the topic's position is remembered, in milliseconds: at
   * least `ttlMs`, at most a year. Who comes back later is told that something may have been missed.
   * Default: the larger of `ttlMs` and 3,600,000 (an hour).
   */
  readonly positionTtlMs?: number;
  /** Whether everyone who subscribes gets the newest publication at once. Default: false. */
  readonly isLastValue?: boolean;
}

/** Events by name. */
export type EventDefinitions = Readonly<Record<string, Payload>>;

/** Topics by pattern: `"room/:name"`. */
export type TopicDefinitions = Readonly<Record<string, TopicDefinition>>;

/** No messages. */
export type None = Readonly<Record<never, never>>;

/** What `defineProtocol` takes. */
export interface ProtocolInit<
  Client extends MessageDefinitions,
  Server extends MessageDefinitions,
  Topics extends TopicDefinitions,
> {
  /** What clients send. */
  readonly client?: Client;
  /** What the server sends. */
  readonly server?: Server;
  /** What is published. */
  readonly topics?: Topics;
}

/** Everything that two sides say to each other. */
export interface Protocol<
  Client extends MessageDefinitions = MessageDefinitions,
  Server extends MessageDefinitions = MessageDefinitions,
  Topics extends TopicDefinitions = TopicDefinitions,
> {
  readonly client: Client;
  readonly server: Server;
  readonly topics: Topics;
}
