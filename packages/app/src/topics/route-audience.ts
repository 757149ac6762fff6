import type {
  LocalPublication,
  PublicationAttributes,
  TopicAudience,
  TopicPolicy,
  TopicPublisher,
} from "@windlass/core";

/** The raw connections of a route. */
export class RouteAudience implements TopicAudience {
  /** What a publication has that is for this route and says nothing else. */
  readonly ownAttributes: PublicationAttributes;
  readonly #path: string;
  readonly #publisher: TopicPublisher;

  constructor(path: string, publisher: TopicPublisher) {
    this.#path = path;
    this.#publisher = publisher;
    this.ownAttributes = Object.freeze({ route: path });
  }

  deliver(publication: LocalPublication, policy: TopicPolicy | undefined): boolean {
    const { topic, data, attributes, except, where } = publication;
    const slowConsumer = policy?.slowConsumer;
    if (slowConsumer === undefined && where === undefined && this.#saysNothing(attributes)) {
      return this.#publisher.publish(topic, data, except === undefined ? undefined : { except });
    }
    const { event, control, route = this.#path, ...delivery } = attributes ?? {};
    // Typed publications are for connections that speak the protocol.
    if (event !== undefined || control !== undefined || route !== this.#path) return false;
    return this.#publisher.publish(topic, data, {
      ...delivery,
      except,
      where,
      ...(slowConsumer !== undefined && { slowConsumer }),
    });
  }

  /** Raw connections have no way to be told; their component reads the history when it wants to. */
  missed(): void {}

  hasSubscribers(topic: string, attributes: PublicationAttributes | undefined): boolean {
    const { event, route = this.#path } = attributes ?? {};
    if (event !== undefined || route !== this.#path) return false;
    return this.#publisher.hasSubscribers(topic);
  }

  #saysNothing(attributes: PublicationAttributes | undefined): boolean {
    return attributes === undefined || attributes === this.ownAttributes;
  }
}
