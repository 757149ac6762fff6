import type { Client } from "./client.ts";
import type { MessageTally } from "./message-tally.ts";
import type { PayloadPool } from "./payload-pool.ts";
import { SequenceWindow } from "./sequence-window.ts";

/** One connection of the scenario `echo`: what it has sent, and when. */
export class EchoLane {
  readonly client: Client;
  readonly window: SequenceWindow;
  /** The most that may be outstanding. */
  readonly capacity: number;
  /** When it last sent or heard anything, `performance.now()`. */
  movedAt = 0;
  readonly #pool: PayloadPool;
  /** When the last messages were sent or due. */
  readonly #times: Float64Array;

  constructor(client: Client, pool: PayloadPool, tally: MessageTally) {
    this.client = client;
    this.window = new SequenceWindow(pool.size, tally);
    this.capacity = pool.size / 2;
    this.#pool = pool;
    this.#times = new Float64Array(this.capacity);
  }

  /** Sends `count` messages as of `at`, each next one `intervalMs` later. */
  send(count: number, at: number, intervalMs: number): void {
    const first = this.window.sent;
    this.window.send(count);
    for (let index = 0; index < count; index += 1) {
      this.#times[(first + index) & (this.capacity - 1)] = at + index * intervalMs;
    }
    const { longestRun } = this.#pool;
    for (let done = 0; done < count; done += longestRun) {
      this.client.send(this.#pool.frames(first + done, Math.min(longestRun, count - done)));
    }
  }

  /** When message `number` was sent or due; NaN when that is too long ago to be remembered. */
  sentAt(number: number): number {
    if (this.window.sent - number > this.capacity) return Number.NaN;
    return this.#times[number & (this.capacity - 1)] ?? Number.NaN;
  }
}
