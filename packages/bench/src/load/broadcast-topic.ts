import { MEASURED, PHASES } from "./broadcast-plan.ts";
import type { BroadcastPublisher } from "./broadcast-publisher.ts";
import { DeliveryLedger, NEVER_PUBLISHED } from "./delivery-ledger.ts";
import type { PublicationWindow } from "./publication-window.ts";

/** Takes what deliveries give rise to. */
export interface DeliverySink {
  /**
   * A receiver has a message that it had not had before.
   *
   * @param latencyMs since it was sent or due; NaN in the warm-up, and when it was published by
   * another process or too long ago.
   */
  delivered(latencyMs: number): void;
  corrupted(): void;
  /** All receivers of this worker have the first message they were waiting for. */
  settled(publisher: BroadcastPublisher): void;
}

/** What a topic is made of. */
export interface TopicSize {
  /** Subscribers of this worker. */
  readonly subscribers: number;
  /** Subscribers of all workers. */
  readonly subscribersInAll: number;
  /** Most publishers the topic has, here or elsewhere. */
  readonly publishers: number;
  /** How many sequences there are; a power of two. */
  readonly sequences: number;
  /** Whether a publisher gets its own messages. */
  readonly publisherReceives: boolean;
}

/**
 * What one worker knows of a topic: who in this process is to get its messages, and who got them.
 * The publishers of a topic are all in one worker; in the others only the order of deliveries is
 * known, not how many there should have been, nor when they were sent.
 */
export class BroadcastTopic {
  /** Those of this worker, by their number in the topic: all of the topic's, or none. */
  readonly publishers: BroadcastPublisher[] = [];
  readonly #size: TopicSize;
  readonly #sink: DeliverySink;
  readonly #warmUp: DeliveryLedger;
  readonly #measured: DeliveryLedger;
  /** A publisher itself, when it gets what it sends. */
  readonly #ownReceivers: number;
  #present: number;

  constructor(size: TopicSize, sink: DeliverySink) {
    this.#size = size;
    this.#sink = sink;
    this.#present = size.subscribers;
    this.#ownReceivers = size.publisherReceives ? 1 : 0;
    // One link for each pair of subscriber and publisher, and one for what a publisher gets back.
    const links = (size.subscribers + 1) * size.publishers;
    this.#warmUp = new DeliveryLedger(links, size.sequences);
    this.#measured = new DeliveryLedger(links, size.sequences);
  }

  /** Receivers of this worker that a message published now will reach. */
  get receivers(): number {
    return this.#present + this.#ownReceivers;
  }

  /** What was delivered in the measured phase. */
  get measured(): DeliveryLedger {
    return this.#measured;
  }

  /** Messages published in the measured phase, or due. */
  get requests(): number {
    return this.publishers.reduce((sum, { published, unsent }) => sum + published + unsent, 0);
  }

  /** Deliveries that `requests` ask for, in all workers. */
  get expected(): number {
    return this.requests * (this.#size.subscribersInAll + this.#ownReceivers);
  }

  /** Subscribers in other workers. */
  get elsewhere(): number {
    return this.#size.subscribersInAll - this.#size.subscribers;
  }

  /** Deliveries of the measured phase that this worker still waits for. */
  get awaited(): number {
    const published = this.publishers.reduce((sum, publisher) => sum + publisher.published, 0);
    return published * (this.#size.subscribers + this.#ownReceivers) - this.#measured.replies;
  }

  /**
   * Notes a message that reached subscriber `slot` (from 0), or its publisher (`slot` = number of
   * subscribers).
   *
   * @param code what the payload gives as its publisher: twice its number, plus the phase.
   * @param now `performance.now()`
   */
  deliver(slot: number, code: number, sequence: number, now: number): void {
    const from = code >>> 1;
    const phase = code & 1;
    if (from >= this.#size.publishers) {
      this.#sink.corrupted();
      return;
    }
    const ledger = phase === MEASURED ? this.#measured : this.#warmUp;
    const link = slot * this.#size.publishers + from;
    const publisher = this.publishers[from];
    const next = ledger.next(link);
    const window = publisher?.window(phase);
    const number = ledger.record(link, sequence, window?.published ?? Number.POSITIVE_INFINITY);
    if (number < 0) {
      if (number === NEVER_PUBLISHED) this.#sink.corrupted();
      return;
    }
    if (publisher === undefined || window === undefined) {
      this.#sink.delivered(Number.NaN);
      return;
    }
    this.#sink.delivered(phase === MEASURED ? now - window.publishedAt(number) : Number.NaN);
    publisher.movedAt = now;
    if (settleUpTo(window, next, number)) this.#sink.settled(publisher);
  }

  /** Subscriber `slot` has lost its connection, or never had one: nothing more is awaited from it. */
  leave(slot: number): void {
    this.#present -= 1;
    const first = slot * this.#size.publishers;
    for (const publisher of this.publishers) {
      for (let phase = 0; phase < PHASES; phase += 1) {
        const ledger = phase === MEASURED ? this.#measured : this.#warmUp;
        publisher.window(phase).leave(ledger.next(first + publisher.number));
      }
      this.#sink.settled(publisher);
    }
  }
}

/** Those skipped before `number` will hardly come; one that does has been settled by then. */
function settleUpTo(window: PublicationWindow, next: number, number: number): boolean {
  let isSettled = false;
  for (let settled = next; settled <= number; settled += 1) {
    if (window.settle(settled)) isSettled = true;
  }
  return isSettled;
}
