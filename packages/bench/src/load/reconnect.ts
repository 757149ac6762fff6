import { setTimeout as rest } from "node:timers/promises";
import type { Adapter } from "../contract/adapter.ts";
import type { ConnectionCounts } from "../contract/report.ts";
import type { ReconnectSettings } from "../contract/settings.ts";
import type {
  Progress,
  WorkerResult,
  WorkerShare,
  WorkerStorm,
} from "../contract/worker-messages.ts";
import { Client, type ClientObserver, type EndReason } from "./client.ts";
import { createClientPlan } from "./client-plan.ts";
import { closeAll } from "./close-all.ts";
import { ConnectionTally } from "./connection-tally.ts";
import { IntervalLatencies } from "./interval-latencies.ts";
import { MessageTally } from "./message-tally.ts";
import { openAll } from "./opener.ts";
import { createRandom } from "./random.ts";
import type { Scenario } from "./scenario.ts";
import { Storm } from "./storm.ts";
import { Traffic } from "./traffic.ts";
import { WorkerUsage } from "./worker-usage.ts";

/** A client gives up when it fails so many connect timeouts (and the jitter) after the drop. */
const PATIENCE_IN_TIMEOUTS = 3;

/** All clients drop at once and come back, several times. */
export function createReconnect(share: WorkerShare, adapter: Adapter): Scenario {
  const { settings } = share;
  if (settings.scenario !== "reconnect") {
    throw new Error(`The scenario ${settings.scenario} is not reconnect.`);
  }
  return new Reconnect(share, settings, adapter);
}

class Reconnect implements Scenario, ClientObserver {
  readonly finished: Promise<WorkerResult>;
  readonly #share: WorkerShare;
  readonly #settings: ReconnectSettings;
  readonly #clients: readonly Client[];
  // The same delays in every run, and others in each worker.
  readonly #random: () => number;
  readonly #handshakes = new IntervalLatencies();
  readonly #messages = new MessageTally();
  readonly #usage = new WorkerUsage();
  readonly #traffic: Traffic;
  #connections = new ConnectionTally();
  #finish: (result: WorkerResult) => void = () => {};
  #storm: Storm | undefined;
  #isReleased = false;
  #open = 0;
  // Since the last progress.
  #settled = 0;
  #opened = 0;

  constructor(share: WorkerShare, settings: ReconnectSettings, adapter: Adapter) {
    this.#share = share;
    this.#settings = settings;
    const plan = createClientPlan(share, adapter);
    const indices = Array.from({ length: share.connections }, (_, index) => index);
    this.#clients = indices.map((index) => new Client(plan, this, index, 0, "client"));
    this.#random = createRandom(share.worker);
    this.#traffic = new Traffic(this.#clients);
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  open(): Promise<void> {
    this.#connections.attempt(this.#clients.length);
    return openAll(this.#clients, this.#share.concurrency, this.#share.localAddresses);
  }

  /** Of the first opening; after `measure` of the storms. */
  connections(): ConnectionCounts {
    return this.#connections.counts();
  }

  warmUp(): void {
    // The first opening has warmed the server up.
  }

  measure(): void {
    this.#forgetOpening();
    this.#usage.restart();
    this.#traffic.restart();
    void this.#runStorms().then((storms) => this.#finish(this.#result(storms)));
  }

  stop(): Promise<WorkerResult> {
    return this.finished;
  }

  release(): Promise<void> {
    this.#isReleased = true;
    this.#storm?.cancel();
    return closeAll(this.#clients);
  }

  takeProgress(): Progress {
    const latencies = this.#handshakes.takeInterval();
    const progress = {
      replies: this.#opened,
      requests: this.#settled,
      ...this.#traffic.take(),
      faults: this.#connections.faults + this.#messages.faults,
      open: this.#open,
      ...(latencies === undefined ? {} : { latencies }),
    };
    this.#settled = 0;
    this.#opened = 0;
    return progress;
  }

  ready(client: Client): void {
    this.#open += 1;
    this.#settled += 1;
    this.#opened += 1;
    this.#connections.opened();
    this.#handshakes.record(client.handshakeMs * 1_000);
    this.#storm?.ready(client);
  }

  reply(): void {
    // Nothing was asked for: without messages there is no reader that could take one for a reply.
  }

  readEnd(): void {
    // Nothing to send on.
  }

  unexpected(): void {
    this.#messages.unexpected += 1;
  }

  ended(client: Client, reason: EndReason, wasReady: boolean): void {
    if (wasReady) {
      this.#open -= 1;
      this.#connections.lost(reason);
      return;
    }
    this.#settled += 1;
    this.#connections.failed(reason);
    this.#storm?.failed(client);
  }

  /** Figures are those of the storms, but who never came is not forgotten. */
  #forgetOpening(): void {
    const { failed, lost } = this.#connections.counts();
    this.#connections = new ConnectionTally();
    for (const [reason, count] of Object.entries(failed)) {
      this.#connections.attempt(count);
      for (let left = count; left > 0; left -= 1) this.#connections.failed(reason);
    }
    for (const [reason, count] of Object.entries(lost)) {
      for (let left = count; left > 0; left -= 1) this.#connections.lost(reason);
    }
    this.#handshakes.reset();
    this.#settled = 0;
    this.#opened = 0;
  }

  async #runStorms(): Promise<WorkerStorm[]> {
    const { storms, restMs } = this.#settings;
    const results: WorkerStorm[] = [];
    for (let storm = 0; storm < storms && !this.#isReleased; storm += 1) {
      if (storm > 0) await rest(restMs);
      results.push(await this.#runStorm());
    }
    return results;
  }

  #runStorm(): Promise<WorkerStorm> {
    const { jitterMs, connectTimeoutMs } = this.#settings;
    const { localAddresses } = this.#share;
    const clients = this.#clients.filter((client) => client.isOpen);
    this.#open -= clients.length;
    this.#storm = new Storm({
      clients,
      jitterMs,
      backOffCapMs: connectTimeoutMs,
      giveUpAfterMs: jitterMs + PATIENCE_IN_TIMEOUTS * connectTimeoutMs,
      random: this.#random,
      connect: (client) => {
        this.#connections.attempt();
        client.connect(localAddresses[client.index % localAddresses.length]);
      },
    });
    this.#storm.begin();
    return this.#storm.done;
  }

  #result(storms: readonly WorkerStorm[]): WorkerResult {
    const handshakes = this.#handshakes.encode();
    return {
      connections: this.#connections.counts(),
      messages: this.#messages.counts(),
      ...this.#traffic.total(),
      ...(handshakes === undefined ? {} : { handshakes }),
      ...this.#usage.read(),
      storms,
      warnings: [],
    };
  }
}
