import type { Clock } from "../clock.ts";
import { Pacer } from "./pacer.ts";
import type { Sender, SendingLoop } from "./sending-loop.ts";

export interface OpenLoopOptions {
  /** Over all senders. */
  readonly ratePerSecond: number;
  readonly clock?: Clock;
}

/**
 * Sends at a fixed rate, whatever the server does, by the senders in turn. A message counts from
 * when it was due, so that a stall shows in the latency of every message it held up.
 */
export class OpenLoop implements SendingLoop {
  readonly stalls = 0;
  readonly #pacer: Pacer;
  #senders: readonly Sender[] = [];
  #turn = 0;

  constructor(pace: OpenLoopOptions) {
    this.#pacer = new Pacer({
      ...pace,
      send: (count, firstDueAt, intervalMs) => this.#send(count, firstDueAt, intervalMs),
    });
  }

  get spunMs(): number {
    return this.#pacer.spunMs;
  }

  start(senders: readonly Sender[]): void {
    this.#senders = senders;
    if (senders.length > 0) this.#pacer.start();
  }

  measure(): void {
    this.#pacer.restart();
  }

  settled(): void {
    // What is due is sent when it is due.
  }

  readEnd(): void {
    this.#pacer.disturb();
  }

  lost(sender: Sender): void {
    const left = this.#senders.filter((other) => other !== sender);
    // The last one stays: somebody has to count what is due and cannot be sent.
    if (left.length > 0) this.#senders = left;
  }

  stop(): void {
    this.#pacer.stop();
  }

  #send(count: number, firstDueAt: number, intervalMs: number): void {
    const senders = this.#senders;
    const stride = senders.length;
    const start = this.#turn % stride;
    for (let index = 0; index < Math.min(count, stride); index += 1) {
      const sender = senders[(start + index) % stride];
      if (sender === undefined) continue;
      const due = Math.ceil((count - index) / stride);
      const room = sender.canSend ? Math.max(0, sender.capacity - sender.outstanding) : 0;
      const sending = Math.min(due, room);
      if (sending > 0) sender.send(sending, firstDueAt + index * intervalMs, stride * intervalMs);
      if (due > sending) sender.skip(due - sending);
    }
    this.#turn = start + count;
  }
}
