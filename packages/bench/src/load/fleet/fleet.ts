import type { ConnectionCounts, MessageCounts } from "../../contract/report.ts";
import type { Progress, WorkerResult, WorkerShare } from "../../contract/worker-messages.ts";
import { Client, type ClientObserver, type EndReason } from "../client.ts";
import type { ClientPlan } from "../client-plan.ts";
import { ConnectionTally } from "./connection-tally.ts";
import { IntervalLatencies } from "./interval-latencies.ts";
import { openAll } from "./opener.ts";
import { Traffic } from "./traffic.ts";
import { WorkerUsage } from "./worker-usage.ts";

/** What a scenario counted since the measured phase began, or since the start before that. */
export type Totals = Pick<Progress, "requests" | "replies" | "faults">;

/** The connections of a worker, and what every scenario counts and reports of them. */
export class Fleet {
  readonly clients: readonly Client[];
  readonly tally = new ConnectionTally();
  readonly handshakes = new IntervalLatencies();
  /** Of replies. */
  readonly latencies = new IntervalLatencies();
  readonly usage = new WorkerUsage();
  readonly #share: WorkerShare;
  readonly #traffic: Traffic;
  #reported = { requests: 0, replies: 0 };

  constructor(share: WorkerShare, clients: readonly Client[]) {
    this.#share = share;
    this.clients = clients;
    this.#traffic = new Traffic(clients);
  }

  open(): Promise<void> {
    const { concurrency, localAddresses } = this.#share;
    this.tally.attempt(this.clients.length);
    return openAll(this.clients, concurrency, localAddresses);
  }

  /** To be told by the observer of the clients. */
  ready(client: Client): void {
    this.tally.opened();
    this.handshakes.record(client.handshakeMs * 1_000);
  }

  /** To be told by the observer of the clients. */
  ended(reason: EndReason, wasReady: boolean): void {
    if (wasReady) this.tally.lost(reason);
    else this.tally.failed(reason);
  }

  connections(): ConnectionCounts {
    return this.tally.counts();
  }

  /** The measured phase begins. */
  measure(): void {
    this.#reported = { requests: 0, replies: 0 };
    this.latencies.reset();
    this.#traffic.restart();
    this.usage.restart();
  }

  /** @param shown the latencies to look at, by default those of replies. */
  takeProgress({ requests, replies, faults }: Totals, shown = this.latencies): Progress {
    const latencies = shown.takeInterval();
    const before = this.#reported;
    this.#reported = { requests, replies };
    return {
      requests: requests - before.requests,
      replies: replies - before.replies,
      ...this.#traffic.take(),
      faults: faults + this.tally.faults,
      open: this.clients.reduce((open, { isOpen }) => (isOpen ? open + 1 : open), 0),
      ...(latencies === undefined ? {} : { latencies }),
    };
  }

  /** @param usage as it was at the end of the measured phase. */
  result(messages: MessageCounts, usage: ReturnType<WorkerUsage["read"]>): WorkerResult {
    const latencies = this.latencies.encode();
    const handshakes = this.handshakes.encode();
    return {
      connections: this.connections(),
      messages,
      ...this.#traffic.total(),
      ...(latencies === undefined ? {} : { latencies }),
      ...(handshakes === undefined ? {} : { handshakes }),
      ...usage,
      warnings: [],
    };
  }

  /** Closes all connections in order and resolves when the last one is gone. */
  async close(): Promise<void> {
    await Promise.all(
      this.clients.map((client) => new Promise<void>((done) => client.close(done))),
    );
  }
}

/** Connections that are all alike, on topic 0. */
export function createClients(
  { connections }: WorkerShare,
  plan: ClientPlan,
  observer: ClientObserver,
): Client[] {
  return Array.from(
    { length: connections },
    (_, index) => new Client(plan, observer, index, 0, "client"),
  );
}
