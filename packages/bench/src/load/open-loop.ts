import type { EchoLane } from "./echo-lane.ts";
import type { EchoLoop } from "./echo-loop.ts";
import type { MessageTally } from "./message-tally.ts";
import { Pacer, type PacerClock } from "./pacer.ts";

export interface OpenLoopOptions {
  /** Over all connections. */
  readonly ratePerSecond: number;
  readonly tally: MessageTally;
  readonly clock?: PacerClock;
}

/**
 * Sends at a fixed rate, whatever the server does, over the connections in turn. A message counts
 * from when it was due, so that a stall shows in the latency of every message it held up.
 */
export class OpenLoop implements EchoLoop {
  readonly #tally: MessageTally;
  readonly #pacer: Pacer;
  #lanes: EchoLane[] = [];
  #turn = 0;

  constructor({ tally, ...pace }: OpenLoopOptions) {
    this.#tally = tally;
    this.#pacer = new Pacer({
      ...pace,
      send: (count, firstDueAt, intervalMs) => this.#send(count, firstDueAt, intervalMs),
    });
  }

  get spunMs(): number {
    return this.#pacer.spunMs;
  }

  start(lanes: readonly EchoLane[]): void {
    this.#lanes = [...lanes];
    this.#pacer.start();
  }

  readEnd(): void {
    this.#pacer.disturb();
  }

  lost(lane: EchoLane): void {
    this.#lanes = this.#lanes.filter((other) => other !== lane);
  }

  stop(): void {
    this.#pacer.stop();
  }

  #send(count: number, firstDueAt: number, intervalMs: number): void {
    const lanes = this.#lanes;
    const stride = lanes.length;
    const start = stride === 0 ? 0 : this.#turn % stride;
    let sent = 0;
    for (let index = 0; index < Math.min(count, stride); index += 1) {
      const lane = lanes[(start + index) % stride];
      if (lane === undefined) continue;
      const due = Math.ceil((count - index) / stride);
      const room = Math.max(0, lane.capacity - lane.window.outstanding);
      const sending = Math.min(due, room);
      if (sending > 0) lane.send(sending, firstDueAt + index * intervalMs, stride * intervalMs);
      sent += sending;
    }
    this.#turn = start + count;
    const unsent = count - sent;
    this.#tally.requests += unsent;
    this.#tally.unsent += unsent;
    this.#tally.missing += unsent;
  }
}
