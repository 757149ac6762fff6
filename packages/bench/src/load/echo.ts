import type { Adapter } from "../contract/adapter.ts";
import type { ConnectionCounts } from "../contract/report.ts";
import type { EchoSettings, SoakSettings } from "../contract/settings.ts";
import type { Progress, WorkerResult, WorkerShare } from "../contract/worker-messages.ts";
import { Latencies } from "../measure/latencies.ts";
import { Client, type ClientObserver, type EndReason } from "./client.ts";
import { createClientPlan } from "./client-plan.ts";
import { ClosedLoop } from "./closed-loop.ts";
import { ConnectionTally } from "./connection-tally.ts";
import { Drain } from "./drain.ts";
import { EchoLane } from "./echo-lane.ts";
import type { EchoLoop } from "./echo-loop.ts";
import { IntervalLatencies } from "./interval-latencies.ts";
import { MessageTally } from "./message-tally.ts";
import { OpenLoop } from "./open-loop.ts";
import { openAll } from "./opener.ts";
import type { Scenario } from "./scenario.ts";
import { Traffic } from "./traffic.ts";
import { WorkerUsage } from "./worker-usage.ts";

/** Less would give up on a server that merely pauses, say for its garbage collector. */
const MIN_PATIENCE_MS = 1_000;

/** Every connection sends messages and gets each of them back; `echo` and `soak`. */
export function createEcho(share: WorkerShare, adapter: Adapter): Scenario {
  const { settings } = share;
  if (settings.scenario !== "echo" && settings.scenario !== "soak") {
    throw new Error(`The scenario ${settings.scenario} is not one of echo and soak.`);
  }
  return new Echo(share, settings, adapter);
}

class Echo implements Scenario, ClientObserver {
  readonly #share: WorkerShare;
  readonly #clients: readonly Client[];
  readonly #lanes: readonly EchoLane[];
  readonly #loop: EchoLoop;
  readonly #tally = new MessageTally();
  readonly #connections = new ConnectionTally();
  readonly #latencies = new IntervalLatencies();
  readonly #handshakes = new Latencies();
  readonly #usage = new WorkerUsage();
  readonly #traffic: Traffic;
  #spunMsBefore = 0;
  #open = 0;
  #replies = 0;
  #requestsReported = 0;
  #drain: Drain<EchoLane> | undefined;
  /** Time of the read that is being dealt with; 0: not looked at yet. */
  #now = 0;

  constructor(share: WorkerShare, settings: EchoSettings | SoakSettings, adapter: Adapter) {
    this.#share = share;
    const plan = createClientPlan(share, adapter);
    const pool = plan.pool(0);
    const indices = Array.from({ length: share.connections }, (_, index) => index);
    this.#clients = indices.map((index) => new Client(plan, this, index, 0, "client"));
    this.#lanes = this.#clients.map((client) => new EchoLane(client, pool, this.#tally));
    this.#traffic = new Traffic(this.#clients);
    const patienceMs = Math.max(MIN_PATIENCE_MS, settings.drainMs);
    this.#loop =
      settings.inFlight === undefined
        ? new OpenLoop({ ratePerSecond: rateOf(share), tally: this.#tally })
        : new ClosedLoop({ inFlight: settings.inFlight, patienceMs });
  }

  open(): Promise<void> {
    this.#connections.attempt(this.#clients.length);
    return openAll(this.#clients, this.#share.concurrency, this.#share.localAddresses);
  }

  connections(): ConnectionCounts {
    return this.#connections.counts();
  }

  warmUp(): void {
    this.#loop.start(this.#lanes.filter((lane) => lane.client.isOpen));
  }

  measure(): void {
    for (const lane of this.#lanes) lane.window.measure();
    this.#tally.reset();
    this.#requestsReported = 0;
    this.#replies = 0;
    this.#latencies.reset();
    this.#traffic.restart();
    this.#usage.restart();
    this.#spunMsBefore = this.#loop.spunMs;
  }

  async stop(): Promise<WorkerResult> {
    this.#loop.stop();
    const usage = this.#usage.read(this.#loop.spunMs - this.#spunMsBefore);
    const waiting = this.#lanes.filter((lane) => lane.window.outstanding > 0);
    this.#drain = new Drain(waiting, this.#share.settings.drainMs);
    await this.#drain.done;
    for (const lane of this.#lanes) lane.window.giveUp();
    const latencies = this.#latencies.encode();
    const handshakes = this.#handshakes.encode();
    return {
      connections: this.#connections.counts(),
      messages: this.#tally.counts(),
      ...this.#traffic.total(),
      ...(latencies === undefined ? {} : { latencies }),
      ...(handshakes === undefined ? {} : { handshakes }),
      ...usage,
      warnings: [],
    };
  }

  async release(): Promise<void> {
    await Promise.all(
      this.#clients.map((client) => new Promise<void>((resolve) => client.close(resolve))),
    );
  }

  takeProgress(): Progress {
    const requests = this.#tally.requests - this.#requestsReported;
    const replies = this.#replies;
    const latencies = this.#latencies.takeInterval();
    this.#requestsReported = this.#tally.requests;
    this.#replies = 0;
    return {
      replies,
      requests,
      ...this.#traffic.take(),
      faults: this.#tally.faults + this.#connections.faults,
      open: this.#open,
      ...(latencies === undefined ? {} : { latencies }),
    };
  }

  ready(client: Client): void {
    this.#open += 1;
    this.#connections.opened();
    this.#handshakes.record(client.handshakeMs * 1_000);
  }

  reply(client: Client, sequence: number, intact: boolean): void {
    const lane = this.#lanes[client.index];
    if (lane === undefined) return;
    const number = lane.window.receive(sequence, intact);
    if (this.#now === 0) this.#now = performance.now();
    if (number < lane.window.base) return;
    this.#replies += 1;
    const sentAt = lane.sentAt(number);
    if (sentAt <= this.#now) this.#latencies.record((this.#now - sentAt) * 1_000);
  }

  readEnd(client: Client): void {
    const lane = this.#lanes[client.index];
    if (lane === undefined || this.#now === 0) return;
    this.#loop.readEnd(lane, this.#now);
    this.#now = 0;
    if (lane.window.outstanding === 0) this.#drain?.settle(lane);
  }

  unexpected(): void {
    this.#tally.unexpected += 1;
  }

  ended(client: Client, reason: EndReason, wasReady: boolean): void {
    this.#now = 0;
    if (!wasReady) {
      this.#connections.failed(reason);
      return;
    }
    this.#open -= 1;
    this.#connections.lost(reason);
    const lane = this.#lanes[client.index];
    if (lane === undefined) return;
    lane.window.giveUp();
    this.#loop.lost(lane);
    this.#drain?.settle(lane);
  }
}

function rateOf({ rate, settings }: WorkerShare): number {
  if (rate === undefined) {
    throw new Error(`The share of a worker of an open loop (${settings.scenario}) has no rate.`);
  }
  return rate;
}
