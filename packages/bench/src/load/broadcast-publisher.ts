import { MEASURED } from "./broadcast-plan.ts";
import type { Client } from "./client.ts";
import type { PayloadPool } from "./payload-pool.ts";
import { PublicationWindow } from "./publication-window.ts";

/** The part of its topic that a publisher needs. */
export interface Audience {
  /** How many receivers of this worker a message published now will reach. */
  readonly receivers: number;
}

interface PublisherPhase {
  readonly pool: PayloadPool;
  readonly window: PublicationWindow;
}

/** A connection that publishes, with what it has published in warm-up and measured phase. */
export class BroadcastPublisher {
  readonly client: Client;
  /** Number within its topic. */
  readonly number: number;
  /** Open loop: messages of this phase that were due and not sent. */
  unsent = 0;
  /** When it last sent or one of its messages arrived; `performance.now()`. */
  movedAt = 0;
  /** Closed loop: whether it is in the list of those that may send on. */
  isListed = false;
  readonly #audience: Audience;
  readonly #phases: readonly PublisherPhase[];
  #phase = 0;

  /** @param pools that of the warm-up and that of the measured phase. */
  constructor(client: Client, number: number, audience: Audience, pools: readonly PayloadPool[]) {
    this.client = client;
    this.number = number;
    this.#audience = audience;
    this.#phases = pools.map((pool) => ({ pool, window: new PublicationWindow(pool.size) }));
  }

  /** What was published in a phase. */
  window(phase: number): PublicationWindow {
    return this.#at(phase).window;
  }

  /** Messages published in the measured phase. */
  get published(): number {
    return this.window(MEASURED).published;
  }

  /** Messages of this phase that receivers of this worker still lack. */
  get outstanding(): number {
    return this.window(this.#phase).outstanding;
  }

  /** Whether messages published now can reach somebody whom it knows of. */
  get canPublish(): boolean {
    return this.client.isOpen && this.#audience.receivers > 0;
  }

  /** The measured phase begins. */
  measure(): void {
    this.#phase = MEASURED;
    this.unsent = 0;
  }

  /** Waits no longer for what was published so far. */
  writeOff(): void {
    this.window(this.#phase).writeOff();
  }

  /**
   * Sends the next `count` messages in as few writes as the pool allows.
   *
   * @param at when the first was due, or now; milliseconds of `performance.now()`.
   * @param intervalMs how much later each further one was due; 0 for all at once.
   */
  publish(count: number, at: number, intervalMs: number): void {
    const { pool, window } = this.#at(this.#phase);
    const { receivers } = this.#audience;
    for (let sent = 0; sent < count; sent += pool.longestRun) {
      const run = Math.min(count - sent, pool.longestRun);
      const frames = pool.frames(window.published, run);
      for (let index = 0; index < run; index += 1) {
        window.publish(receivers, at + (sent + index) * intervalMs);
      }
      this.client.send(frames);
    }
  }

  #at(phase: number): PublisherPhase {
    const found = this.#phases[phase];
    if (found === undefined) throw new RangeError(`A publisher has no phase ${phase}.`);
    return found;
  }
}
