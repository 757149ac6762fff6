import type { Adapter } from "../../contract/adapter.ts";
import type { ConnectionCounts } from "../../contract/report.ts";
import type { Progress, WorkerResult, WorkerShare } from "../../contract/worker-messages.ts";
import type { Scenario } from "../scenario.ts";
import { IdleConnections } from "./idle-connections.ts";

/** Opens connections as fast as `concurrency` allows and holds them. */
export function createConnect(share: WorkerShare, adapter: Adapter): Scenario {
  return new Connect(share, adapter);
}

class Connect implements Scenario {
  readonly finished: Promise<WorkerResult>;
  readonly holds = true;
  readonly #idle: IdleConnections;
  #finish: (result: WorkerResult) => void = () => {};

  constructor(share: WorkerShare, adapter: Adapter) {
    this.#idle = new IdleConnections(share, adapter);
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  async open(): Promise<void> {
    // The handshakes are what is measured.
  }

  /** `lost` goes on while the connections are held. */
  connections(): ConnectionCounts {
    return this.#idle.fleet.connections();
  }

  warmUp(): void {
    // Nothing may be open before the server's memory is read for the first time.
  }

  measure(): void {
    this.#idle.fleet.measure();
    void this.#idle.fleet.open().then(() => this.#finish(this.#idle.result()));
  }

  stop(): Promise<WorkerResult> {
    return this.finished;
  }

  release(): Promise<void> {
    return this.#idle.fleet.close();
  }

  takeProgress(): Progress {
    return this.#idle.takeProgress();
  }
}
