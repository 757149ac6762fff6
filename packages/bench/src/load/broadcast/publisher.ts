import type { Client } from "../client.ts";
import type { Sender } from "../pacing/sending-loop.ts";
import type { PayloadPool } from "../payload/payload-pool.ts";
import { MEASURED } from "./payloads.ts";
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
export class BroadcastPublisher implements Sender {
  readonly client: Client;
  /** Number within its topic. */
  readonly number: number;
  /** Open loop: messages of this phase that were due and not sent. */
  unsent = 0;
  movedAt = 0;
  readonly capacity: number;
  readonly #audience: Audience;
  readonly #phases: readonly PublisherPhase[];
  #phase = 0;

  /** @param pools that of the warm-up and that of the measured phase. */
  constructor(client: Client, number: number, audience: Audience, pools: readonly PayloadPool[]) {
    this.client = client;
    this.number = number;
    this.#audience = audience;
    // Of the same size in all phases.
    this.capacity = (pools[0]?.size ?? 0) / 2;
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

  /** Whether messages published now can reach somebody in this worker. */
  get canSend(): boolean {
    return this.client.isOpen && this.#audience.receivers > 0;
  }

  /** The measured phase begins. */
  measure(): void {
    this.#phase = MEASURED;
    this.unsent = 0;
  }

  send(count: number, at: number, intervalMs: number): void {
    const { pool, window } = this.#at(this.#phase);
    const { receivers } = this.#audience;
    const first = window.published;
    for (let index = 0; index < count; index += 1) {
      window.publish(receivers, at + index * intervalMs);
    }
    pool.send(this.client, first, count);
  }

  skip(count: number): void {
    this.unsent += count;
  }

  giveUp(): void {
    this.window(this.#phase).writeOff();
  }

  #at(phase: number): PublisherPhase {
    const found = this.#phases[phase];
    if (found === undefined) throw new RangeError(`A publisher has no phase ${phase}.`);
    return found;
  }
}
