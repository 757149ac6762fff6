import { DeliveryLedger, NEVER_PUBLISHED } from "./delivery-ledger.ts";
import { MEASURED, PHASES } from "./payloads.ts";
import type { PublicationWindow } from "./publication-window.ts";
import type { BroadcastPublisher } from "./publisher.ts";

/** Takes what deliveries give rise to. */
export interface DeliverySink {
  /** A message of the measured phase is there for the first time, `ms` after it was sent or due. */
  timed(ms: number): void;
  corrupted(): void;
  /** Fewer messages of the publisher are outstanding. */
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

  /** What was delivered of the messages of a phase. */
  ledger(phase: number): DeliveryLedger {
    return phase === MEASURED ? this.#measured : this.#warmUp;
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

  /** Whether its publishers are in another worker: then this one does not know what is to come. */
  get isRemote(): boolean {
    return this.publishers.length === 0;
  }

  /** Whether nothing published in the measured phase is still to reach those who are connected. */
  get isComplete(): boolean {
    if (this.isRemote || this.#measured.skipped > 0) return false;
    return this.publishers.every((publisher) => publisher.window(MEASURED).outstanding === 0);
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
    const ledger = this.ledger(phase);
    const link = slot * this.#size.publishers + from;
    const publisher = this.publishers[from];
    const next = ledger.next(link);
    const window = publisher?.window(phase);
    const number = ledger.record(link, sequence, window?.published ?? Number.POSITIVE_INFINITY);
    if (number < 0) {
      if (number === NEVER_PUBLISHED) this.#sink.corrupted();
      return;
    }
    // Another process published it: when, and who else is to get it, is known there.
    if (publisher === undefined || window === undefined) return;
    const ms = now - window.publishedAt(number);
    // NaN when that is too long ago to be remembered.
    if (phase === MEASURED && ms >= 0) this.#sink.timed(ms);
    publisher.movedAt = now;
    if (settleUpTo(window, next, number)) this.#sink.settled(publisher);
  }

  /** Subscriber `slot` has lost its connection, or never had one: nothing more is awaited from it. */
  leave(slot: number): void {
    this.#present -= 1;
    for (const publisher of this.publishers) this.#awaitNoMore(slot, publisher);
  }

  /** A publisher has lost its connection: it will not get its own messages any more. */
  lose(number: number): void {
    const publisher = this.publishers[number];
    if (publisher === undefined || this.#ownReceivers === 0) return;
    this.#awaitNoMore(this.#size.subscribers, publisher);
  }

  #awaitNoMore(slot: number, publisher: BroadcastPublisher): void {
    const link = slot * this.#size.publishers + publisher.number;
    for (let phase = 0; phase < PHASES; phase += 1) {
      publisher.window(phase).leave(this.ledger(phase).next(link));
    }
    this.#sink.settled(publisher);
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
