import type { BroadcastPublisher } from "./broadcast-publisher.ts";
import { Pacer } from "./pacer.ts";

/** When publishers send. */
export interface BroadcastPace {
  start(publishers: readonly BroadcastPublisher[]): void;
  /** The measured phase has begun; load goes on. */
  measure(): void;
  /** A publisher has fewer messages outstanding. */
  settled(publisher: BroadcastPublisher): void;
  /** After a read: those that settled may send on. */
  readEnd(): void;
  stop(): void;
  /** How often a publisher gave up waiting for a delivery. */
  readonly stalls: number;
  /** How long the process was busy with nothing but looking at the clock, in milliseconds. */
  readonly spunMs: number;
}

export interface ClosedPaceOptions {
  /** Messages that receivers of this worker may lack, per publisher. */
  readonly inFlight: number;
  /** A publisher for which nothing moves for so long gives up what is outstanding and sends on. */
  readonly patienceMs: number;
}

const LOOK_EVERY_MS = 100;

/**
 * Closed loop: a publisher sends message `k + inFlight` when all receivers of this worker have
 * message `k`, or have got a later one.
 */
export class ClosedPace implements BroadcastPace {
  readonly spunMs = 0;
  readonly #inFlight: number;
  readonly #patienceMs: number;
  #publishers: readonly BroadcastPublisher[] = [];
  // Two that take turns, so that the delivery path allocates nothing.
  #listed: BroadcastPublisher[] = [];
  #spare: BroadcastPublisher[] = [];
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #stalls = 0;

  constructor({ inFlight, patienceMs }: ClosedPaceOptions) {
    this.#inFlight = inFlight;
    this.#patienceMs = patienceMs;
  }

  get stalls(): number {
    return this.#stalls;
  }

  start(publishers: readonly BroadcastPublisher[]): void {
    this.#publishers = publishers;
    this.#isRunning = true;
    this.measure();
    // A lost delivery with nothing behind it would stop its publisher for good.
    this.#timer = setInterval(() => this.#moveOn(performance.now()), LOOK_EVERY_MS);
  }

  measure(): void {
    this.#stalls = 0;
    const now = performance.now();
    for (const publisher of this.#publishers) this.#topUp(publisher, now);
  }

  settled(publisher: BroadcastPublisher): void {
    if (publisher.isListed) return;
    publisher.isListed = true;
    this.#listed.push(publisher);
  }

  readEnd(): void {
    const listed = this.#listed;
    if (listed.length === 0) return;
    this.#listed = this.#spare;
    this.#spare = listed;
    const now = performance.now();
    for (const publisher of listed) {
      publisher.isListed = false;
      this.#topUp(publisher, now);
    }
    listed.length = 0;
  }

  stop(): void {
    this.#isRunning = false;
    clearInterval(this.#timer);
  }

  #topUp(publisher: BroadcastPublisher, now: number): void {
    publisher.movedAt = now;
    if (!this.#isRunning || !publisher.canPublish) return;
    const count = this.#inFlight - publisher.outstanding;
    if (count > 0) publisher.publish(count, now, 0);
  }

  #moveOn(now: number): void {
    for (const publisher of this.#publishers) {
      if (!publisher.canPublish || now - publisher.movedAt < this.#patienceMs) continue;
      this.#stalls += 1;
      publisher.writeOff();
      this.#topUp(publisher, now);
    }
  }
}

export interface OpenPaceOptions {
  /** Of this worker. */
  readonly ratePerSecond: number;
  /** Of a publisher; what is due beyond counts as unsent. */
  readonly mostOutstanding: number;
}

/** Open loop: a fixed rate, whatever the server does, over the publishers of this worker in turn. */
export class OpenPace implements BroadcastPace {
  readonly stalls = 0;
  readonly #mostOutstanding: number;
  readonly #pacer: Pacer;
  #publishers: readonly BroadcastPublisher[] = [];
  #turn = 0;

  constructor({ ratePerSecond, mostOutstanding }: OpenPaceOptions) {
    this.#mostOutstanding = mostOutstanding;
    this.#pacer = new Pacer({
      ratePerSecond,
      send: (count, firstDueAt, intervalMs) => this.#send(count, firstDueAt, intervalMs),
    });
  }

  get spunMs(): number {
    return this.#pacer.spunMs;
  }

  start(publishers: readonly BroadcastPublisher[]): void {
    this.#publishers = publishers;
    if (publishers.length > 0) this.#pacer.start();
  }

  measure(): void {
    // Each publisher counts anew by itself; the clock goes on.
  }

  settled(): void {
    // What is due is sent when it is due.
  }

  readEnd(): void {
    this.#pacer.disturb();
  }

  stop(): void {
    this.#pacer.stop();
  }

  #send(count: number, firstDueAt: number, intervalMs: number): void {
    const publishers = this.#publishers;
    const stride = publishers.length;
    for (let index = 0; index < Math.min(count, stride); index += 1) {
      const publisher = publishers[(this.#turn + index) % stride];
      if (publisher === undefined) continue;
      const due = Math.ceil((count - index) / stride);
      const room = publisher.canPublish ? this.#mostOutstanding - publisher.outstanding : 0;
      const sent = Math.min(due, Math.max(0, room));
      const dueAt = firstDueAt + index * intervalMs;
      if (sent > 0) publisher.publish(sent, dueAt, stride * intervalMs);
      publisher.unsent += due - sent;
    }
    this.#turn = (this.#turn + count) % stride;
  }
}
