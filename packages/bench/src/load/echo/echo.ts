import type { Adapter } from "../../contract/adapter.ts";
import type { ConnectionCounts } from "../../contract/report.ts";
import type { EchoSettings, SoakSettings } from "../../contract/settings.ts";
import type { Progress, WorkerResult, WorkerShare } from "../../contract/worker-messages.ts";
import type { Client, ClientObserver, EndReason } from "../client.ts";
import { createClientPlan } from "../client-plan.ts";
import { createClients, Fleet } from "../fleet/fleet.ts";
import { MessageTally } from "../fleet/message-tally.ts";
import { createLoop } from "../pacing/create-loop.ts";
import { Drain } from "../pacing/drain.ts";
import type { SendingLoop } from "../pacing/sending-loop.ts";
import type { Scenario } from "../scenario.ts";
import { EchoLane } from "./echo-lane.ts";
import { createEchoPayloads } from "./echo-payloads.ts";

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
  readonly #fleet: Fleet;
  readonly #lanes: readonly EchoLane[];
  readonly #loop: SendingLoop;
  readonly #tally = new MessageTally();
  readonly #drainMs: number;
  #drain: Drain<EchoLane> | undefined;
  /** Time of the read that is being dealt with; 0: not looked at yet. */
  #now = 0;

  constructor(share: WorkerShare, settings: EchoSettings | SoakSettings, adapter: Adapter) {
    const { pool, reader } = createEchoPayloads(settings, adapter);
    const plan = createClientPlan(share, adapter, () => reader);
    this.#fleet = new Fleet(share, createClients(share, plan, this));
    this.#lanes = this.#fleet.clients.map((client) => new EchoLane(client, pool, this.#tally));
    this.#drainMs = settings.drainMs;
    this.#loop = createLoop(share, settings, Math.max(MIN_PATIENCE_MS, settings.drainMs));
  }

  open(): Promise<void> {
    return this.#fleet.open();
  }

  connections(): ConnectionCounts {
    return this.#fleet.connections();
  }

  warmUp(): void {
    const open = this.#lanes.filter(({ canSend }) => canSend);
    // When none is open, what is due still has to be counted.
    this.#loop.start(open.length > 0 ? open : this.#lanes);
  }

  measure(): void {
    for (const lane of this.#lanes) lane.window.measure();
    this.#tally.reset();
    this.#fleet.measure();
    this.#loop.measure();
  }

  async stop(): Promise<WorkerResult> {
    this.#loop.stop();
    const usage = this.#fleet.usage.read(this.#loop.spunMs);
    const waiting = this.#lanes.filter(({ outstanding }) => outstanding > 0);
    this.#drain = new Drain(waiting, this.#drainMs);
    await this.#drain.done;
    for (const lane of this.#lanes) lane.giveUp();
    return this.#fleet.result(this.#tally.counts(), usage);
  }

  release(): Promise<void> {
    return this.#fleet.close();
  }

  takeProgress(): Progress {
    return this.#fleet.takeProgress(this.#tally);
  }

  ready(client: Client): void {
    this.#fleet.ready(client);
  }

  reply(client: Client, sequence: number, intact: boolean): void {
    const lane = this.#lanes[client.index];
    if (lane === undefined) return;
    const number = lane.window.receive(sequence, intact);
    if (this.#now === 0) this.#now = performance.now();
    if (number < lane.window.base) return;
    const sentAt = lane.sentAt(number);
    if (sentAt <= this.#now) this.#fleet.latencies.record((this.#now - sentAt) * 1_000);
  }

  readEnd(client: Client): void {
    const lane = this.#lanes[client.index];
    if (lane === undefined || this.#now === 0) return;
    this.#loop.settled(lane);
    this.#loop.readEnd(this.#now);
    this.#now = 0;
    if (lane.outstanding === 0) this.#drain?.settle(lane);
  }

  unexpected(): void {
    this.#tally.unexpected += 1;
  }

  ended(client: Client, reason: EndReason, wasReady: boolean): void {
    this.#now = 0;
    this.#fleet.ended(reason, wasReady);
    const lane = this.#lanes[client.index];
    if (lane === undefined || !wasReady) return;
    lane.giveUp();
    this.#loop.lost(lane);
    this.#drain?.settle(lane);
  }
}
