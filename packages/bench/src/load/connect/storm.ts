import type { WorkerStorm } from "../../contract/worker-messages.ts";
import { Latencies } from "../../measure/latencies.ts";
import type { Client } from "../client.ts";
import { type Cancel, type Clock, SYSTEM_CLOCK } from "../clock.ts";
import type { Random } from "../random.ts";
import { backOffMs } from "./back-off.ts";
import type { AttemptWatcher } from "./idle-connections.ts";

export interface StormOptions {
  /** Those that drop; all of them open. */
  readonly clients: readonly Client[];
  /** Each waits a random time up to this before it comes back. 0: all at once. */
  readonly jitterMs: number;
  /** Longest upper end of the random delay before an attempt is repeated. */
  readonly backOffCapMs: number;
  /** A client that is not back so long after the drop, and then fails again, gives up. */
  readonly giveUpAfterMs: number;
  readonly random: Random;
  /** Begins an attempt. */
  readonly connect: (client: Client) => void;
  readonly clock?: Clock;
}

const SLOT_MS = 100;

/** All clients drop at once and come back. The owner tells it how their attempts went. */
export class Storm implements AttemptWatcher {
  /** Resolves when each client is back or has given up. */
  readonly done: Promise<WorkerStorm>;
  readonly #options: StormOptions;
  readonly #clock: Clock;
  readonly #failures = new Map<Client, number>();
  readonly #away: Set<Client>;
  readonly #waiting = new Map<Client, Cancel>();
  readonly #latencies = new Latencies();
  readonly #per100Ms: number[] = [];
  #finish: (result: WorkerStorm) => void = () => {};
  #droppedAt = 0;
  #lastBackMs = 0;
  #attempts = 0;
  #failedAttempts = 0;

  constructor(options: StormOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#away = new Set(options.clients);
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
  }

  begin(): void {
    const { clients, jitterMs, random } = this.#options;
    this.#droppedAt = this.#clock.now();
    for (const client of clients) client.destroy();
    for (const client of clients) this.#attemptIn(jitterMs * random(), client);
    this.#finishIfOver();
  }

  /** The client is open again. */
  ready(client: Client): void {
    if (!this.#away.delete(client)) return;
    const afterMs = this.#clock.now() - this.#droppedAt;
    this.#latencies.record(afterMs * 1_000);
    this.#lastBackMs = afterMs;
    const slot = Math.floor(afterMs / SLOT_MS);
    while (this.#per100Ms.length <= slot) this.#per100Ms.push(0);
    this.#per100Ms[slot] = (this.#per100Ms[slot] ?? 0) + 1;
    this.#finishIfOver();
  }

  /** The client's attempt came to nothing. */
  failed(client: Client): void {
    if (!this.#away.has(client)) return;
    const { backOffCapMs, giveUpAfterMs, random } = this.#options;
    this.#failedAttempts += 1;
    if (this.#clock.now() - this.#droppedAt >= giveUpAfterMs) {
      this.#away.delete(client);
      this.#finishIfOver();
      return;
    }
    const failures = (this.#failures.get(client) ?? 0) + 1;
    this.#failures.set(client, failures);
    this.#attemptIn(backOffMs(failures, backOffCapMs, random), client);
  }

  /** Lets nobody come back any more. */
  cancel(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #attemptIn(delayMs: number, client: Client): void {
    const attempt = (): void => {
      this.#waiting.delete(client);
      this.#attempts += 1;
      this.#options.connect(client);
    };
    // A timer takes a millisecond at least; without jitter there is nothing to wait for.
    if (delayMs === 0) attempt();
    else this.#waiting.set(client, this.#clock.later(attempt, delayMs));
  }

  #finishIfOver(): void {
    if (this.#away.size > 0) return;
    this.#finish({
      dropped: this.#options.clients.length,
      reconnected: this.#latencies.count,
      attempts: this.#attempts,
      failedAttempts: this.#failedAttempts,
      recoveryMs: this.#lastBackMs,
      latencies: this.#latencies.encode() ?? "",
      per100Ms: this.#per100Ms,
    });
  }
}
