import type { Connection, TopicPublisher } from "@windlass/core";
import type { Frame, FrameCodec } from "@windlass/protocol";

/** The route's topic of everybody who speaks with a codec: frames differ, so each has topics of its own. */
export function topicOfCodec(codec: FrameCodec, topic?: string): string {
  return topic === undefined ? codec.subprotocol : `${codec.subprotocol}/${topic}`;
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
  publish(frame: Frame, topic: string | undefined, except: Connection | undefined): boolean {
    let reached = false;
    for (const codec of this.#speakers.keys()) {
      const payload = codec.encode(frame);
      const name = topicOfCodec(codec, topic);
      for (const route of this.#routes) {
        const options = except === undefined ? {} : { except };
        reached = route.publish(name, payload, options) || reached;
      }
    }
    return reached;
  }
}
