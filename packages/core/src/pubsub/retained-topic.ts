import type { PublicationListener } from "../contract/broker.ts";
import type { Position, Publication } from "../contract/publication.ts";
import type { TopicPolicy } from "../contract/topics.ts";

/** What is delivered from now on, until it is stopped. */
export interface Recording {
  readonly publications: readonly Publication[];
  stop(): void;
}

/** A topic that somebody on this node wants. */
export class RetainedTopic {
  readonly topic: string;
  readonly policy: TopicPolicy | undefined;
  /** What the broker calls. */
  readonly listener: PublicationListener;
  /** Listeners of the node itself. */
  readonly listeners: Set<PublicationListener> = new Set();
  /** How many subscribers, and recoveries under way, hold it. */
  users = 0;
  /** Until the broker has subscribed this node; then `undefined`. */
  confirmed: Promise<void> | undefined;
  /** Why the broker did not subscribe this node. */
  failure: Error | undefined;
  #position: Position | undefined;
  readonly #recordings = new Set<Publication[]>();

  constructor(topic: string, policy: TopicPolicy | undefined, listener: PublicationListener) {
    this.topic = topic;
    this.policy = policy;
    this.listener = listener;
  }

  get isUsed(): boolean {
    return this.users > 0 || this.listeners.size > 0;
  }

  /** Where the subscribers of this node stand; `undefined` when nothing is remembered of the topic. */
  get position(): Position | undefined {
    return this.#position;
  }

  /** The broker has subscribed this node at this position; publications may have come before it said so. */
  begin(position: Position | undefined): void {
    this.#position ??= position;
  }

  /** A publication is about to be delivered. */
  moved(publication: Publication): void {
    const { position } = publication;
    if (position === undefined) return;
    this.#position = position;
    for (const recording of this.#recordings) recording.push(publication);
  }

  /** Where subscribers stand is not known until the next publication. */
  lost(): void {
    this.#position = undefined;
  }

  record(): Recording {
    const publications: Publication[] = [];
    this.#recordings.add(publications);
    return { publications, stop: () => void this.#recordings.delete(publications) };
  }
}
