import type { Adapter } from "../contract/adapter.ts";
import type { ConnectionCounts, MessageCounts } from "../contract/report.ts";
import type { BroadcastSettings } from "../contract/settings.ts";
import type { Progress, WorkerResult, WorkerShare } from "../contract/worker-messages.ts";
import { Latencies } from "../measure/latencies.ts";
import { type Cast, createCast, type Seat } from "./broadcast-cast.ts";
import { type BroadcastPace, ClosedPace, OpenPace } from "./broadcast-pace.ts";
import { MEASURED } from "./broadcast-plan.ts";
import type { BroadcastPublisher } from "./broadcast-publisher.ts";
import type { BroadcastTopic, DeliverySink } from "./broadcast-topic.ts";
import type { Client, ClientObserver, EndReason } from "./client.ts";
import { createClientPlan } from "./client-plan.ts";
import { closeAll } from "./close-all.ts";
import { ConnectionTally } from "./connection-tally.ts";
import { Drain } from "./drain.ts";
import { IntervalLatencies } from "./interval-latencies.ts";
import { openAll } from "./opener.ts";
import type { Scenario } from "./scenario.ts";
import { Traffic } from "./traffic.ts";
import { WorkerUsage } from "./worker-usage.ts";

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
  readonly #share: WorkerShare;
  readonly #publisherReceives: boolean;
  readonly #cast: Cast;
  readonly #pace: BroadcastPace;
  readonly #connections = new ConnectionTally();
  readonly #latencies = new IntervalLatencies();
  readonly #handshakes = new Latencies();
  readonly #usage = new WorkerUsage();
  readonly #traffic: Traffic;
  #spunMsBefore = 0;
  #isMeasuring = false;
  #corrupted = 0;
  #unexpected = 0;
  #open = 0;
  // Since the last progress.
  #delivered = 0;
  #requestsReported = 0;
  #drain: Drain<BroadcastTopic> | undefined;
  #heardAt = 0;
  /** Time of the read that is being dealt with; 0: not looked at yet. */
  #now = 0;

  constructor(share: WorkerShare, settings: BroadcastSettings, adapter: Adapter) {
    this.#share = share;
    this.#publisherReceives = settings.publisherReceives;
    this.#cast = createCast(share, settings, createClientPlan(share, adapter), this);
    this.#traffic = new Traffic(this.#cast.clients);
    this.#pace = createPace(share, settings, this.#cast);
  }

  open(): Promise<void> {
    const { clients } = this.#cast;
    this.#connections.attempt(clients.length);
    return openAll(clients, this.#share.concurrency, this.#share.localAddresses);
  }

  connections(): ConnectionCounts {
    return this.#connections.counts();
  }

  warmUp(): void {
    this.#pace.start(this.#cast.publishers);
  }

  measure(): void {
    this.#isMeasuring = true;
    this.#delivered = 0;
    this.#requestsReported = 0;
    this.#traffic.restart();
    this.#usage.restart();
    this.#spunMsBefore = this.#pace.spunMs;
    for (const publisher of this.#cast.publishers) publisher.measure();
    this.#pace.measure();
  }

  async stop(): Promise<WorkerResult> {
    this.#pace.stop();
    const usage = this.#usage.read(this.#pace.spunMs - this.#spunMsBefore);
    await this.#awaitDeliveries();
    this.#isMeasuring = false;
    const latencies = this.#latencies.encode();
    const handshakes = this.#handshakes.encode();
    return {
      connections: this.#connections.counts(),
      messages: this.#messages(),
      ...this.#traffic.total(),
      ...(latencies === undefined ? {} : { latencies }),
      ...(handshakes === undefined ? {} : { handshakes }),
      ...usage,
      warnings: this.#warnings(),
    };
  }

  release(): Promise<void> {
    return closeAll(this.#cast.clients);
  }

  takeProgress(): Progress {
    const { requests, duplicated, outOfOrder, corrupted, unexpected } = this.#messages();
    const skipped = this.#sum((topic) => topic.measured.skipped);
    const latencies = this.#latencies.takeInterval();
    const progress = {
      replies: this.#delivered,
      requests: requests - this.#requestsReported,
      ...this.#traffic.take(),
      faults: skipped + duplicated + outOfOrder + corrupted + unexpected + this.#connections.faults,
      open: this.#open,
      ...(latencies === undefined ? {} : { latencies }),
    };
    this.#delivered = 0;
    this.#requestsReported = requests;
    return progress;
  }

  ready(client: Client): void {
    this.#open += 1;
    this.#connections.opened();
    this.#handshakes.record(client.handshakeMs * 1_000);
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
    this.#now = 0;
    this.#pace.readEnd();
    const topic = this.#drain === undefined ? undefined : this.#cast.seats[client.index]?.topic;
    if (topic !== undefined) this.#settleIfComplete(topic);
  }

  unexpected(): void {
    if (this.#isMeasuring) this.#unexpected += 1;
  }

  ended(client: Client, reason: EndReason, wasReady: boolean): void {
    this.#now = 0;
    if (wasReady) {
      this.#open -= 1;
      this.#connections.lost(reason);
    } else {
      this.#connections.failed(reason);
    }
    const seat = this.#cast.seats[client.index];
    if (seat === undefined || seat.publisher >= 0) return;
    seat.topic.leave(seat.slot);
    this.#pace.readEnd();
  }

  delivered(latencyMs: number): void {
    this.#delivered += 1;
    if (latencyMs >= 0) this.#latencies.record(latencyMs * 1_000);
  }

  corrupted(): void {
    if (this.#isMeasuring) this.#corrupted += 1;
  }

  settled(publisher: BroadcastPublisher): void {
    this.#pace.settled(publisher);
  }

  /** Whether a publisher has got its own message, and was to get it. */
  #isOwn(seat: Seat, code: number): boolean {
    // What the others in the topic publish is for subscribers; a publisher may hear it as well.
    if (code >>> 1 !== seat.publisher) return false;
    if (!this.#publisherReceives && (code & 1) === MEASURED) this.#unexpected += 1;
    return this.#publisherReceives;
  }

  /** Waits until each delivery is there that will come, or for as long as it may take. */
  async #awaitDeliveries(): Promise<void> {
    const { drainMs } = this.#share.settings;
    const { topics } = this.#cast;
    const remote = topics.filter(({ publishers }) => publishers.length === 0);
    const waiting = topics.filter((topic) => topic.awaited > 0);
    const drain = new Drain([...remote, ...waiting], drainMs);
    this.#drain = drain;
    this.#heardAt = performance.now();
    const timer = setInterval(() => {
      if (performance.now() - this.#heardAt < SILENCE_MS) return;
      for (const topic of remote) drain.settle(topic);
    }, LOOK_EVERY_MS);
    await drain.done;
    clearInterval(timer);
  }

  #settleIfComplete(topic: BroadcastTopic): void {
    if (topic.publishers.length > 0 && topic.awaited <= 0) this.#drain?.settle(topic);
  }

  /**
   * Deliveries wanted are counted where their publishers are, deliveries where they arrive: with
   * subscribers in several workers `missing` is right only in the sum over all of them, and
   * negative in those that have no publishers.
   */
  #messages(): MessageCounts {
    const expected = this.#sum((topic) => topic.expected);
    const replies = this.#sum((topic) => topic.measured.replies);
    return {
      requests: this.#sum((topic) => topic.requests),
      expected,
      replies,
      missing: expected - replies,
      duplicated: this.#sum((topic) => topic.measured.duplicated),
      outOfOrder: this.#sum((topic) => topic.measured.outOfOrder),
      corrupted: this.#corrupted,
      unexpected: this.#unexpected,
      unsent: this.#cast.publishers.reduce((sum, { unsent }) => sum + unsent, 0),
    };
  }

  #sum(value: (topic: BroadcastTopic) => number): number {
    return this.#cast.topics.reduce((sum, topic) => sum + value(topic), 0);
  }

  #warnings(): string[] {
    const { stalls } = this.#pace;
    const elsewhere = this.#sum((topic) => (topic.publishers.length > 0 ? topic.elsewhere : 0));
    const stalled = `${stalls} times a publisher waited in vain for deliveries and then sent on without them; they are missing, or late.`;
    const counted = `${elsewhere} subscribers are in other workers than their publishers: their deliveries are counted, but have no latency. Use --workers 1, or as many --topics as workers, to time all of them.`;
    return [...(stalls > 0 ? [stalled] : []), ...(elsewhere > 0 ? [counted] : [])];
  }
}

function createPace(share: WorkerShare, settings: BroadcastSettings, cast: Cast): BroadcastPace {
  if (settings.inFlight !== undefined) {
    const patienceMs = Math.min(PATIENCE_MS.most, Math.max(PATIENCE_MS.least, settings.drainMs));
    return new ClosedPace({ inFlight: settings.inFlight, patienceMs });
  }
  const { rate } = share;
  if (rate === undefined) {
    throw new Error("The share of a worker of an open loop (broadcast) has no rate.");
  }
  return new OpenPace({ ratePerSecond: rate, mostOutstanding: cast.sequences / 2 });
}
