import type { HistoryPage, HistoryQuery, PublishResult } from "@windlass/core";
import {
  type DataToSend,
  type EventName,
  type ParamsOf,
  type PresentMember,
  type Protocol,
  ProtocolError,
  type PublicationName,
  type PublicationToSend,
  RequestDefinition,
  type TopicPattern,
  type TopicPatterns,
  topicOf,
  toWire,
} from "@windlass/protocol";
import { type PublishOptions, toTopicOptions } from "../topics/publish-options.ts";
import type { UserSendOptions } from "../users/users.ts";
import type { Peer } from "./peer.ts";
import type { ProtocolConnection } from "./protocol-connection.ts";
import { unheard } from "./protocol-topics.ts";
import { toPublicationText } from "./publication-frames.ts";
import type { ProtocolRuntime } from "./runtime.ts";

/** Who gets a publication. */
export interface ProtocolPublishOptions
  extends Omit<PublishOptions, "event" | "except" | "exclude" | "eligible"> {
  /** A connection that does not get it: usually the one it came from. */
  readonly except?: Pick<ProtocolConnection, "raw"> | undefined;
  /** Connections that do not get it, or their ids. Default: none. */
  readonly exclude?: readonly (Pick<ProtocolConnection, "id"> | string)[];
  /** The only connections that get it, of those that are subscribed. Default: all. */
  readonly eligible?: readonly (Pick<ProtocolConnection, "id"> | string)[];
}

/** Who gets a broadcast, and how. */
export type ProtocolBroadcastOptions = Pick<
  ProtocolPublishOptions,
  "except" | "exclude" | "eligible" | "isVolatile" | "compress"
>;

/** What the server says of its own accord to those who speak a protocol. */
export class ProtocolPublishing<P extends Protocol> {
  readonly #runtime: ProtocolRuntime<Peer>;

  protected constructor(runtime: ProtocolRuntime<Peer>) {
    this.#runtime = runtime;
  }

  /**
   * Sends an event to every connection, on every node. Returns whether there was anybody on this one. What a
   * broker does not take is logged; without a broker they have it when this returns.
   *
   * @throws z.ZodError when the data of an `encoded()` payload does not fit
   */
  broadcast<Name extends EventName<P["server"]>>(
    name: Name,
    data: DataToSend<P["server"], Name>,
    options: ProtocolBroadcastOptions = {},
  ): boolean {
    const payload = this.#runtime.protocol.server[name];
    if (payload === undefined || payload instanceof RequestDefinition) {
      throw unknownName(`server sends no event "${name}"`);
    }
    const { publisher } = this.#runtime;
    const hasConnections = publisher.hasSubscribers(undefined);
    void this.#publish(undefined, name, toWire(payload, data), options);
    return hasConnections;
  }

  /**
   * Sends to the subscribers of a topic, on every node, and keeps it where the topic has a history.
   *
   * @throws ProtocolError `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN`; z.ZodError when the data of an
   *   `encoded()` payload does not fit; WindlassError (as a rejection) as `app.publish()`
   */
  publish<Pattern extends TopicPattern<P>, Name extends PublicationName<P, Pattern>>(
    pattern: Pattern,
    params: ParamsOf<Pattern>,
    name: Name,
    data: PublicationToSend<P, Pattern, Name>,
    options: ProtocolPublishOptions = {},
  ): Promise<PublishResult> {
    const payload = this.#runtime.protocol.topics[pattern]?.events[name];
    if (payload === undefined) {
      throw unknownName(`topics of "${pattern}" have no event "${name}"`);
    }
    const topic = this.#runtime.topicOf(pattern, params);
    return this.#publish(topic, name, toWire(payload, data), options);
  }

  /**
   * Sends an event to the connections of a user, on every node, that speak a protocol which has it.
   *
   * @throws ProtocolError `ERR_NAME_UNKNOWN`; z.ZodError when the data of an `encoded()` payload does not
   *   fit; WindlassError (as a rejection) as `app.publish()`
   */
  sendToUser<Name extends EventName<P["server"]>>(
    userId: string,
    name: Name,
    data: DataToSend<P["server"], Name>,
    options: UserSendOptions = {},
  ): Promise<PublishResult> {
    const payload = this.#runtime.protocol.server[name];
    if (payload === undefined || payload instanceof RequestDefinition) {
      throw unknownName(`server sends no event "${name}"`);
    }
    const text = toPublicationText(toWire(payload, data));
    const { users } = this.#runtime;
    if (users === undefined) return Promise.resolve(unheard);
    return users.users.send(userId, text, { ...options, event: name });
  }

  /**
   * Who is present on a topic, in the order in which they came; at most `maxPresenceMembers`.
   *
   * @throws ProtocolError (as a rejection) `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN`; WindlassError (as a
   *   rejection) `ERR_BROKER_UNAVAILABLE`
   */
  async presence<Pattern extends TopicPattern<P>>(
    pattern: Pattern,
    params: ParamsOf<Pattern>,
  ): Promise<readonly PresentMember[]> {
    const topic = this.#runtime.topicOf(pattern, params);
    const { options, presence } = this.#runtime;
    return (await presence?.members(undefined, topic, options.maxPresenceMembers)) ?? [];
  }

  /**
   * What is kept of a topic: `attributes.event` is the name of a publication, and its data JSON.
   *
   * @throws ProtocolError (as a rejection) `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN`; WindlassError (as a
   *   rejection) `ERR_BROKER_UNAVAILABLE`
   */
  async history<Pattern extends TopicPattern<P>>(
    pattern: Pattern,
    params: ParamsOf<Pattern>,
    query?: HistoryQuery,
  ): Promise<HistoryPage> {
    const topic = this.#runtime.topicOf(pattern, params);
    const { node } = this.#runtime.ownTopics;
    return (await node?.history(topic, query)) ?? { publications: [], position: undefined };
  }

  #publish(
    topic: string | undefined,
    name: string,
    wire: unknown,
    { except, exclude, eligible, ...others }: ProtocolPublishOptions,
  ): Promise<PublishResult> {
    const options = {
      ...others,
      except: except?.raw,
      ...(exclude !== undefined && { exclude: exclude.map(idOf) }),
      ...(eligible !== undefined && { eligible: eligible.map(idOf) }),
    };
    return this.#runtime.ownTopics.publish(topic, name, wire, toTopicOptions(options, undefined));
  }
}

/** @throws ProtocolError `ERR_TOPIC_INVALID`, `ERR_NAME_UNKNOWN` */
export function checkedTopic(
  protocol: Protocol,
  patterns: TopicPatterns,
  pattern: string,
  params: Readonly<Record<string, string>>,
): string {
  if (!Object.hasOwn(protocol.topics, pattern)) throw unknownName(`topics have no "${pattern}"`);
  const topic = topicOf(pattern, params);
  // Its subscribers would be those that the policy of the other pattern let in.
  const own = patterns.match(topic)?.pattern;
  if (own === pattern) return topic;
  throw unknownName(`topic "${pattern}" of these parameters is one of "${own}"`);
}

function idOf(connection: Pick<ProtocolConnection, "id"> | string): string {
  return typeof connection === "string" ? connection : connection.id;
}

function unknownName(problem: string): ProtocolError {
  return new ProtocolError("ERR_NAME_UNKNOWN", `The protocol's ${problem}. Declare it first.`);
}
