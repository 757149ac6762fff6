import {
  type ComponentRoute,
  type DeliveryOptions,
  type LocalPublication,
  type Publication,
  type PublicationAttributes,
  type PublishResult,
  type TopicAudience,
  type TopicPolicy,
  type TopicPublishOptions,
  type Topics,
  WindlassError,
} from "@windlass/core";
import type { Protocol, TopicPatterns } from "@windlass/protocol";
import { isForConnection } from "../topics/is-for-connection.ts";
import { topicOptionsSchema, toTopicPolicy } from "../topics/topic-options.ts";
import type { TopicPolicy as ProtocolTopicPolicy } from "./handler-types.ts";
import { broadcastFrame, publicationFrame, toPublicationText } from "./publication-frames.ts";
import type { FramePublisher } from "./publishing.ts";

/** Nobody is there. */
export const unheard: PublishResult = Object.freeze({ isDuplicate: false, hasSubscribers: false });

/** What the topics of a component are made of. */
export interface ProtocolTopicsParts {
  readonly protocol: Protocol;
  readonly policies: ReadonlyMap<string, ProtocolTopicPolicy<Protocol, unknown, string>>;
  readonly patterns: TopicPatterns;
  readonly publisher: FramePublisher;
}

/** The topics of a protocol among those of the node. */
export class ProtocolTopics implements TopicAudience {
  readonly #parts: ProtocolTopicsParts;
  readonly #byPattern: ReadonlyMap<string, TopicPolicy>;
  readonly #paths = new Set<string>();
  #topics: Topics | undefined;
  #broadcastTopic = "";

  constructor(parts: ProtocolTopicsParts) {
    this.#parts = parts;
    this.#byPattern = new Map(
      Object.entries(parts.protocol.topics).map(([pattern, { history }]) => {
        const { slowConsumer } = parts.policies.get(pattern) ?? {};
        return [pattern, toTopicPolicy(topicOptionsSchema.parse({ history, slowConsumer }))];
      }),
    );
  }

  /** The topics of the node; `undefined` as long as the component has no route. */
  get node(): Topics | undefined {
    return this.#topics;
  }

  /** @throws WindlassError `ERR_COMPONENT_INVALID` when the component belongs to another App already */
  addRoute({ path, topics }: ComponentRoute): void {
    if (this.#topics !== undefined && this.#topics !== topics) {
      const seen = "a ProtocolComponent that serves another App (make one for each App)";
      throw new WindlassError("ERR_COMPONENT_INVALID", { pattern: path, seen });
    }
    this.#paths.add(path);
    if (this.#topics !== undefined) return;
    this.#topics = topics;
    this.#broadcastTopic = `$broadcast/${path}`;
    topics.addAudience(this);
    topics.addPolicies((topic) => {
      const match = this.#parts.patterns.match(topic);
      return match === undefined ? undefined : this.#byPattern.get(match.pattern);
    });
  }

  /** @param topic a topic, or `undefined` for all connections of the component on every node */
  publish(
    topic: string | undefined,
    event: string,
    wire: unknown,
    { attributes, ...options }: TopicPublishOptions,
  ): Promise<PublishResult> {
    if (this.#topics === undefined) return Promise.resolve(unheard);
    return this.#topics.publish(topic ?? this.#broadcastTopic, toPublicationText(wire), {
      ...options,
      value: wire,
      attributes: attributes === undefined ? { event } : { ...attributes, event },
    });
  }

  /** A connection may talk, or is gone: whoever broadcasts on another node has to reach it. */
  opened(): void {
    this.#topics?.retain(this.#broadcastTopic);
  }

  closed(): void {
    this.#topics?.release(this.#broadcastTopic);
  }

  deliver(publication: LocalPublication, policy: TopicPolicy | undefined): boolean {
    const { topic, attributes } = publication;
    if (attributes?.event === undefined) return false;
    if (!this.#isOfOwnRoute(attributes)) return false;
    const { publisher } = this.#parts;
    const options = deliveryOf(publication, attributes, policy);
    if (topic === this.#broadcastTopic) {
      const frame = broadcastFrame(publication);
      return frame !== undefined && publisher.publish(frame, undefined, options);
    }
    if (!publisher.hasSubscribers(topic)) return false;
    const frame = publicationFrame(publication);
    return frame !== undefined && publisher.publish(frame, topic, options);
  }

  missed(topic: string): void {
    this.#parts.publisher.publish({ type: "gap", topic }, topic);
  }

  hasSubscribers(topic: string, attributes: PublicationAttributes | undefined): boolean {
    if (attributes?.event === undefined || !this.#isOfOwnRoute(attributes)) return false;
    return this.#parts.publisher.hasSubscribers(topic === this.#broadcastTopic ? undefined : topic);
  }

  /** Whether a publication that was kept is for this connection. */
  isFor(connectionId: string, { attributes = {} }: Publication): boolean {
    return this.#isOfOwnRoute(attributes) && isForConnection(attributes, connectionId);
  }

  #isOfOwnRoute({ route }: PublicationAttributes): boolean {
    return route === undefined || this.#paths.has(route);
  }
}

function deliveryOf(
  { except, where }: LocalPublication,
  attributes: PublicationAttributes,
  policy: TopicPolicy | undefined,
): DeliveryOptions {
  const { exclude, eligible, key, isVolatile, compress } = attributes;
  return {
    except,
    where,
    ...(exclude !== undefined && { exclude }),
    ...(eligible !== undefined && { eligible }),
    ...(key !== undefined && { key }),
    ...(isVolatile !== undefined && { isVolatile }),
    ...(compress !== undefined && { compress }),
    ...(policy?.slowConsumer !== undefined && { slowConsumer: policy.slowConsumer }),
  };
}
