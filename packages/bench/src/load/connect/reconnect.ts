import type { Adapter } from "../../contract/adapter.ts";
import type { ConnectionCounts } from "../../contract/report.ts";
import type { ReconnectSettings } from "../../contract/settings.ts";
import type {
  Progress,
  WorkerResult,
  WorkerShare,
  WorkerStorm,
} from "../../contract/worker-messages.ts";
import { createRandom } from "../random.ts";
import type { Scenario } from "../scenario.ts";
import { IdleConnections } from "./idle-connections.ts";
import { Storm } from "./storm.ts";

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

class Reconnect implements Scenario {
  readonly finished: Promise<WorkerResult>;
  readonly #localAddresses: readonly string[];
  readonly #settings: ReconnectSettings;
  readonly #idle: IdleConnections;
  // The same delays in every run, and others in each worker.
  readonly #random: () => number;
  #finish: (result: WorkerResult) => void = () => {};
  #storm: Storm | undefined;
  #endRest: () => void = () => {};
  #isReleased = false;

  constructor(share: WorkerShare, settings: ReconnectSettings, adapter: Adapter) {
    this.#localAddresses = share.localAddresses;
    this.#settings = settings;
    this.#idle = new IdleConnections(share, adapter);
    this.#random = createRandom(share.worker);
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  open(): Promise<void> {
    return this.#idle.fleet.open();
  }

  /** Of the first opening; after `measure` of the storms. */
  connections(): ConnectionCounts {
    return this.#idle.fleet.connections();
  }

  warmUp(): void {
    // The first opening has warmed the server up.
  }

  measure(): void {
    const { fleet } = this.#idle;
    // Figures are those of the storms, but who never came is not forgotten.
    fleet.tally.restart();
    fleet.handshakes.reset();
    fleet.measure();
    void this.#runStorms().then((storms) => this.#finish({ ...this.#idle.result(), storms }));
  }

  stop(): Promise<WorkerResult> {
    return this.finished;
  }

  release(): Promise<void> {
    this.#isReleased = true;
    this.#storm?.cancel();
    this.#endRest();
    return this.#idle.fleet.close();
  }

  takeProgress(): Progress {
    return this.#idle.takeProgress();
  }

  async #runStorms(): Promise<WorkerStorm[]> {
    const { storms } = this.#settings;
    const results: WorkerStorm[] = [];
    for (let storm = 0; storm < storms; storm += 1) {
      if (storm > 0) await this.#rest();
      if (this.#isReleased) break;
      results.push(await this.#runStorm());
    }
    return results;
  }

  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#settings.restMs);
      this.#endRest = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #runStorm(): Promise<WorkerStorm> {
    const { jitterMs, connectTimeoutMs } = this.#settings;
    const { clients, tally } = this.#idle.fleet;
    const storm = new Storm({
      clients: clients.filter(({ isOpen }) => isOpen),
      jitterMs,
      backOffCapMs: connectTimeoutMs,
      giveUpAfterMs: jitterMs + PATIENCE_IN_TIMEOUTS * connectTimeoutMs,
      random: this.#random,
      connect: (client) => {
        tally.attempt();
        client.connect(this.#localAddresses[client.index % this.#localAddresses.length]);
      },
    });
    this.#storm = storm;
    this.#idle.watcher = storm;
    storm.begin();
    return storm.done;
  }
}
