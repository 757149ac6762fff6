import type { Client } from "../client.ts";
import type { MessageTally } from "../fleet/message-tally.ts";
import type { Sender } from "../pacing/sending-loop.ts";
import type { PayloadPool } from "../payload/payload-pool.ts";
import { SequenceWindow } from "./sequence-window.ts";

/** One connection of the scenario `echo`: what it has sent, and when. */
export class EchoLane implements Sender {
  readonly client: Client;
  readonly window: SequenceWindow;
  readonly capacity: number;
  movedAt = 0;
  readonly #pool: PayloadPool;
  readonly #tally: MessageTally;
  /** When the last messages were sent or due. */
  readonly #times: Float64Array;

  constructor(client: Client, pool: PayloadPool, tally: MessageTally) {
    this.client = client;
    this.window = new SequenceWindow(pool.size, tally);
    this.capacity = pool.size / 2;
    this.#pool = pool;
    this.#tally = tally;
    this.#times = new Float64Array(this.capacity);
  }

  get canSend(): boolean {
    return this.client.isOpen;
  }

  get outstanding(): number {
    return this.window.outstanding;
  }

  send(count: number, at: number, intervalMs: number): void {
    const first = this.window.sent;
    this.window.send(count);
    for (let index = 0; index < count; index += 1) {
      this.#times[(first + index) & (this.capacity - 1)] = at + index * intervalMs;
    }
    this.#pool.send(this.client, first, count);
  }

  skip(count: number): void {
    this.#tally.requests += count;
    this.#tally.unsent += count;
    this.#tally.missing += count;
  }

  giveUp(): void {
    this.window.giveUp();
  }

  /** When message `number` was sent or due; NaN when that is too long ago to be remembered. */
  sentAt(number: number): number {
    if (this.window.sent - number > this.capacity) return Number.NaN;
    return this.#times[number & (this.capacity - 1)] ?? Number.NaN;
  }
}
