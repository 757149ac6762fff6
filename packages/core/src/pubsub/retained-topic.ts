import type { PublicationListener } from "../contract/broker.ts";
import type { Position, Publication } from "../contract/publication.ts";
import type { TopicPolicy } from "../contract/topics.ts";

/** What is delivered from now on, until it is stopped. */
export interface Recording {
  readonly publications: readonly Publication[];
  /** Whether there were more than could be kept, so that these are not all. */
  readonly isFull: boolean;
  stop(): void;
}

const firstRetryMs = 500;
const maxRetryMs = 30_000;

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
  /** Whether something was lost, and nothing has come since. */
  isLost = false;
  /** Ends the wait for the next try. */
  stopRetry: (() => void) | undefined;
  #failures = 0;
  #position: Position | undefined;
  readonly #recordings = new Set<PublicationRecording>();

  constructor(topic: string, policy: TopicPolicy | undefined, listener: PublicationListener) {
    this.topic = topic;
    this.policy = policy;
    this.listener = listener;
  }

  get hasListeners(): boolean {
    return this.listeners.size > 0;
  }

  get isUsed(): boolean {
    return this.users > 0 || this.hasListeners;
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
    this.isLost = false;
    this.#position = position;
    for (const recording of this.#recordings) recording.add(publication);
  }

  /** Where subscribers stand is not known until the next publication. */
  lost(): void {
    this.isLost = true;
    this.#position = undefined;
  }

  /** How long to wait until the broker is asked again: twice as long each time, at random. */
  nextRetryMs(): number {
    this.#failures += 1;
    const limitMs = Math.min(maxRetryMs, firstRetryMs * 2 ** this.#failures);
    return limitMs * (0.5 + Math.random() / 2);
  }

  /** @param max how many publications are recorded at most */
  record(max: number): Recording {
    const recording = new PublicationRecording(max, () => void this.#recordings.delete(recording));
    this.#recordings.add(recording);
    return recording;
  }
}

class PublicationRecording implements Recording {
  readonly publications: Publication[] = [];
  isFull = false;
  readonly stop: () => void;
  readonly #max: number;

  constructor(max: number, stop: () => void) {
    this.#max = max;
    this.stop = stop;
  }

  add(publication: Publication): void {
    if (this.publications.length < this.#max) {
      this.publications.push(publication);
      return;
    }
    this.isFull = true;
    this.publications.length = 0;
    this.stop();
  }
}
