import type { Adapter } from "../contract/adapter.ts";
import type { ConnectionCounts } from "../contract/report.ts";
import type { Progress, WorkerResult, WorkerShare } from "../contract/worker-messages.ts";
import { Client, type ClientObserver, type EndReason } from "./client.ts";
import { createClientPlan } from "./client-plan.ts";
import { closeAll } from "./close-all.ts";
import { ConnectionTally } from "./connection-tally.ts";
import { IntervalLatencies } from "./interval-latencies.ts";
import { MessageTally } from "./message-tally.ts";
import { openAll } from "./opener.ts";
import type { Scenario } from "./scenario.ts";
import { Traffic } from "./traffic.ts";
import { WorkerUsage } from "./worker-usage.ts";

/** Opens connections as fast as `concurrency` allows and holds them. */
export function createConnect(share: WorkerShare, adapter: Adapter): Scenario {
  return new Connect(share, adapter);
}

class Connect implements Scenario, ClientObserver {
  readonly finished: Promise<WorkerResult>;
  readonly holds = true;
  readonly #share: WorkerShare;
  readonly #clients: readonly Client[];
  readonly #connections = new ConnectionTally();
  readonly #handshakes = new IntervalLatencies();
  readonly #messages = new MessageTally();
  readonly #usage = new WorkerUsage();
  readonly #traffic: Traffic;
  #finish: (result: WorkerResult) => void = () => {};
  #open = 0;
  // Since the last progress.
  #settled = 0;
  #opened = 0;

  constructor(share: WorkerShare, adapter: Adapter) {
    this.#share = share;
    const plan = createClientPlan(share, adapter);
    const indices = Array.from({ length: share.connections }, (_, index) => index);
    this.#clients = indices.map((index) => new Client(plan, this, index, 0, "client"));
    this.#traffic = new Traffic(this.#clients);
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  async open(): Promise<void> {
    // The handshakes are what is measured.
  }

  /** `lost` goes on while the connections are held. */
  connections(): ConnectionCounts {
    return this.#connections.counts();
  }

  warmUp(): void {
    // Nothing may be open before the server's memory is read for the first time.
  }

  measure(): void {
    this.#usage.restart();
    this.#connections.attempt(this.#clients.length);
    const { concurrency, localAddresses } = this.#share;
    void openAll(this.#clients, concurrency, localAddresses).then(() => {
      this.#finish(this.#result());
    });
  }

  stop(): Promise<WorkerResult> {
    return this.finished;
  }

  release(): Promise<void> {
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

  ended(_client: Client, reason: EndReason, wasReady: boolean): void {
    if (wasReady) {
      this.#open -= 1;
      this.#connections.lost(reason);
    } else {
      this.#settled += 1;
      this.#connections.failed(reason);
    }
  }

  #result(): WorkerResult {
    const handshakes = this.#handshakes.encode();
    return {
      connections: this.#connections.counts(),
      messages: this.#messages.counts(),
      ...this.#traffic.total(),
      ...(handshakes === undefined ? {} : { handshakes }),
      ...this.#usage.read(),
      warnings: [],
    };
  }
}
