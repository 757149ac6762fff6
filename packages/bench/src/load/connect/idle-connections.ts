import type { Adapter } from "../../contract/adapter.ts";
import type { Progress, WorkerResult, WorkerShare } from "../../contract/worker-messages.ts";
import type { Client, ClientObserver, EndReason } from "../client.ts";
import { createClientPlan } from "../client-plan.ts";
import { createClients, Fleet } from "../fleet/fleet.ts";
import { MessageTally } from "../fleet/message-tally.ts";

/** Is told how attempts to connect went. */
export type AttemptWatcher = Pick<ClientObserver, "ready"> & { failed(client: Client): void };

/** Connections without messages: their handshakes are what counts, in `connect` and `reconnect`. */
export class IdleConnections implements ClientObserver {
  readonly fleet: Fleet;
  watcher: AttemptWatcher | undefined;
  readonly #messages = new MessageTally();

  constructor(share: WorkerShare, adapter: Adapter) {
    const plan = createClientPlan(share, adapter);
    this.fleet = new Fleet(share, createClients(share, plan, this));
  }

  takeProgress(): Progress {
    const { tally, handshakes } = this.fleet;
    const totals = { ...tally.settled, faults: this.#messages.faults };
    return this.fleet.takeProgress(totals, handshakes);
  }

  result(): WorkerResult {
    return this.fleet.result(this.#messages.counts(), this.fleet.usage.read());
  }

  ready(client: Client): void {
    this.fleet.ready(client);
    this.watcher?.ready(client);
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
    this.fleet.ended(reason, wasReady);
    if (!wasReady) this.watcher?.failed(client);
  }
}
