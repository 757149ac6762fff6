import type { Adapter } from "../../contract/adapter.ts";
import type { ConnectionCounts, MessageCounts } from "../../contract/report.ts";
import type { BroadcastSettings } from "../../contract/settings.ts";
import type { Progress, WorkerResult, WorkerShare } from "../../contract/worker-messages.ts";
import type { Client, ClientObserver, EndReason } from "../client.ts";
import { Fleet } from "../fleet/fleet.ts";
import { createLoop } from "../pacing/create-loop.ts";
import { Drain } from "../pacing/drain.ts";
import type { SendingLoop } from "../pacing/sending-loop.ts";
import type { Scenario } from "../scenario.ts";
import { type Cast, createCast, type Seat } from "./cast.ts";
import { MEASURED, WARM_UP } from "./payloads.ts";
import type { BroadcastPublisher } from "./publisher.ts";
import type { BroadcastTopic, DeliverySink } from "./topic.ts";

/** Less would give up on a server that merely pauses, more would idle on one that loses messages. */
const PATIENCE_MS = { least: 500, most: 2_000 };
/** A worker that does not know what is still to come takes this long a silence for the end. */
const SILENCE_MS = 1_000;
const LOOK_EVERY_MS = 50;

/** Publishers send to their topic, and every subscriber of it gets each message. */
export function createBroadcast(share: WorkerShare, adapter: Adapter): Scenario {
  const { settings } = share;
  if (settings.scenario !== "broadcast") {
    throw new Error(`The scenario ${settings.scenario} is not broadcast.`);
  }
  return new Broadcast(share, settings, adapter);
}

class Broadcast implements Scenario, ClientObserver, DeliverySink {
  readonly #settings: BroadcastSettings;
  readonly #cast: Cast;
  readonly #fleet: Fleet;
  readonly #loop: SendingLoop;
  #phase: number = WARM_UP;
  #corrupted = 0;
  #unexpected = 0;
  #drain: Drain<BroadcastTopic> | undefined;
  #heardAt = 0;
  /** Time of the read that is being dealt with; 0: not looked at yet. */
  #now = 0;

  constructor(share: WorkerShare, settings: BroadcastSettings, adapter: Adapter) {
    this.#settings = settings;
    this.#cast = createCast(share, settings, adapter, this);
    this.#fleet = new Fleet(share, this.#cast.clients);
    const { least, most } = PATIENCE_MS;
    this.#loop = createLoop(share, settings, Math.min(most, Math.max(least, settings.drainMs)));
  }

  open(): Promise<void> {
    return this.#fleet.open();
  }

  connections(): ConnectionCounts {
    return this.#fleet.connections();
  }

  warmUp(): void {
    this.#loop.start(this.#cast.publishers);
  }

  measure(): void {
    this.#phase = MEASURED;
    this.#fleet.measure();
    for (const publisher of this.#cast.publishers) publisher.measure();
    this.#loop.measure();
  }

  async stop(): Promise<WorkerResult> {
    this.#loop.stop();
    const usage = this.#fleet.usage.read(this.#loop.spunMs);
    await this.#awaitDeliveries();
    const result = this.#fleet.result(this.#messages(), usage);
    return { ...result, warnings: this.#warnings() };
  }

  release(): Promise<void> {
    return this.#fleet.close();
  }

  takeProgress(): Progress {
    const { requests, duplicated, outOfOrder, corrupted, unexpected } = this.#messages();
    const skipped = this.#sum((topic) => topic.ledger(MEASURED).skipped);
    const replies = this.#sum((topic) => topic.ledger(this.#phase).replies);
    const faults = skipped + duplicated + outOfOrder + corrupted + unexpected;
    return this.#fleet.takeProgress({ requests, replies, faults });
  }

  ready(client: Client): void {
    this.#fleet.ready(client);
  }

  reply(client: Client, sequence: number, intact: boolean, code: number): void {
    const seat = this.#cast.seats[client.index];
    if (seat === undefined) return;
    if (this.#now === 0) this.#now = performance.now();
    if (sequence < 0) {
      this.corrupted();
    } else if (seat.publisher < 0 || this.#isOwn(seat, code)) {
      if (!intact && (code & 1) === MEASURED) this.#corrupted += 1;
      seat.topic.deliver(seat.slot, code, sequence, this.#now);
    }
  }

  readEnd(client: Client): void {
    if (this.#now === 0) return;
    this.#heardAt = this.#now;
    this.#loop.readEnd(this.#now);
    this.#now = 0;
    this.#settleIfComplete(this.#cast.seats[client.index]?.topic);
  }

  unexpected(): void {
    if (this.#phase === MEASURED) this.#unexpected += 1;
  }

  ended(client: Client, reason: EndReason, wasReady: boolean): void {
    this.#now = 0;
    this.#fleet.ended(reason, wasReady);
    const seat = this.#cast.seats[client.index];
    if (seat === undefined) return;
    if (seat.publisher < 0) seat.topic.leave(seat.slot);
    else seat.topic.lose(seat.publisher);
    this.#loop.readEnd(performance.now());
    this.#settleIfComplete(seat.topic);
  }

  timed(ms: number): void {
    this.#fleet.latencies.record(ms * 1_000);
  }

  corrupted(): void {
    if (this.#phase === MEASURED) this.#corrupted += 1;
  }

  settled(publisher: BroadcastPublisher): void {
    this.#loop.settled(publisher);
  }

  /** Whether a publisher has got its own message, and was to get it. */
  #isOwn(seat: Seat, code: number): boolean {
    // What the others in the topic publish is for subscribers; a publisher may hear it as well.
    if (code >>> 1 !== seat.publisher) return false;
    const { publisherReceives } = this.#settings;
    if (!publisherReceives && (code & 1) === MEASURED) this.#unexpected += 1;
    return publisherReceives;
  }

  /** Waits until each delivery is there that will come, or for as long as it may take. */
  async #awaitDeliveries(): Promise<void> {
    const { topics } = this.#cast;
    const drain = new Drain(
      topics.filter(({ isComplete }) => !isComplete),
      this.#settings.drainMs,
    );
    this.#drain = drain;
    this.#heardAt = performance.now();
    const timer = setInterval(() => {
      if (performance.now() - this.#heardAt < SILENCE_MS) return;
      for (const topic of topics) if (topic.isRemote) drain.settle(topic);
    }, LOOK_EVERY_MS);
    await drain.done;
    clearInterval(timer);
  }

  #settleIfComplete(topic: BroadcastTopic | undefined): void {
    if (this.#drain !== undefined && topic?.isComplete) this.#drain.settle(topic);
  }

  /**
   * Deliveries wanted are counted where their publishers are, deliveries where they arrive: with
   * subscribers in several workers `missing` is right only in the sum over all of them, and
   * negative in those that have no publishers.
   */
  #messages(): MessageCounts {
    const expected = this.#sum((topic) => topic.expected);
    const replies = this.#sum((topic) => topic.ledger(MEASURED).replies);
    return {
      requests: this.#sum((topic) => topic.requests),
      expected,
      replies,
      missing: expected - replies,
      duplicated: this.#sum((topic) => topic.ledger(MEASURED).duplicated),
      outOfOrder: this.#sum((topic) => topic.ledger(MEASURED).outOfOrder),
      corrupted: this.#corrupted,
      unexpected: this.#unexpected,
      unsent: this.#cast.publishers.reduce((sum, { unsent }) => sum + unsent, 0),
    };
  }

  #sum(value: (topic: BroadcastTopic) => number): number {
    return this.#cast.topics.reduce((sum, topic) => sum + value(topic), 0);
  }

  #warnings(): string[] {
    const { stalls } = this.#loop;
    const elsewhere = this.#sum((topic) => (topic.isRemote ? 0 : topic.elsewhere));
    const stalled = `${stalls} times a publisher waited in vain for deliveries and then sent on without them; they are missing, or late.`;
    const counted = `${elsewhere} subscribers are in other workers than their publishers: their deliveries are counted, but have no latency. Use --workers 1, or as many --topics as workers, to time all of them.`;
    return [...(stalls > 0 ? [stalled] : []), ...(elsewhere > 0 ? [counted] : [])];
  }
}
