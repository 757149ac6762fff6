import type { DeliveryOptions, TopicPublisher } from "@windlass/core";
import type { Frame, FrameCodec } from "@windlass/protocol";

/**
 * The route's topic of everybody who speaks with a codec: frames differ, so each has topics of its own.
 * The `$` keeps them from the topics of raw connections.
 */
export function topicOfCodec(codec: FrameCodec, topic?: string): string {
  return topic === undefined ? `$${codec.subprotocol}` : `$${codec.subprotocol}/${topic}`;
}

/** Sends frames to many connections, each encoded once for each codec that somebody speaks. */
export class FramePublisher {
  readonly #routes = new Set<TopicPublisher>();
  /** How many connections speak with a codec. */
  readonly #speakers = new Map<FrameCodec, number>();

  addRoute(route: TopicPublisher): void {
    this.#routes.add(route);
  }

  opened(codec: FrameCodec): void {
    this.#speakers.set(codec, (this.#speakers.get(codec) ?? 0) + 1);
  }

  closed(codec: FrameCodec): void {
    const left = (this.#speakers.get(codec) ?? 1) - 1;
    if (left > 0) this.#speakers.set(codec, left);
    else this.#speakers.delete(codec);
  }

  /** Whether there was anybody. Without a topic it goes to everybody. */
  publish(frame: Frame, topic: string | undefined, options?: DeliveryOptions): boolean {
    let reached = false;
    for (const codec of this.#speakers.keys()) {
      const name = topicOfCodec(codec, topic);
      let payload: ReturnType<FrameCodec["encode"]> | undefined;
      for (const route of this.#routes) {
        if (!route.hasSubscribers(name)) continue;
        payload ??= codec.encode(frame);
        reached = route.publish(name, payload, options) || reached;
      }
    }
    return reached;
  }

  /** Whether anybody on this node is subscribed. */
  hasSubscribers(topic: string | undefined): boolean {
    for (const codec of this.#speakers.keys()) {
      const name = topicOfCodec(codec, topic);
      for (const route of this.#routes) if (route.hasSubscribers(name)) return true;
    }
    return false;
  }
}
