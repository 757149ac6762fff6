import type { Sender, SendingLoop } from "./sending-loop.ts";

export interface ClosedLoopOptions {
  /** Messages that each sender has outstanding. */
  readonly inFlight: number;
  /** A sender for which nothing moves for so long gives up what is outstanding and sends on. */
  readonly patienceMs: number;
}

const LOOK_EVERY_MS = 100;

/** Sends as many messages as were answered: each sender always awaits the same number. */
export class ClosedLoop implements SendingLoop {
  readonly spunMs = 0;
  readonly #inFlight: number;
  readonly #patienceMs: number;
  #senders: readonly Sender[] = [];
  // Emptied by its count, so that the path of every reply allocates nothing.
  readonly #settled: Sender[] = [];
  #settledCount = 0;
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #stalls = 0;

  constructor({ inFlight, patienceMs }: ClosedLoopOptions) {
    this.#inFlight = inFlight;
    this.#patienceMs = patienceMs;
  }

  get stalls(): number {
    return this.#stalls;
  }

  start(senders: readonly Sender[]): void {
    this.#senders = senders;
    this.#isRunning = true;
    this.measure();
    // A lost reply with nothing behind it would stop its sender for good.
    this.#timer = setInterval(() => this.#moveOn(performance.now()), LOOK_EVERY_MS);
  }

  measure(): void {
    this.#stalls = 0;
    const now = performance.now();
    for (const sender of this.#senders) this.#topUp(sender, now);
  }

  settled(sender: Sender): void {
    // Mostly the same one many times in a row; once more than needed does no harm.
    if (this.#settledCount > 0 && this.#settled[this.#settledCount - 1] === sender) return;
    this.#settled[this.#settledCount] = sender;
    this.#settledCount += 1;
  }

  readEnd(now: number): void {
    for (let index = 0; index < this.#settledCount; index += 1) {
      const sender = this.#settled[index];
      if (sender !== undefined) this.#topUp(sender, now);
    }
    this.#settledCount = 0;
  }

  lost(): void {
    // It sends no more because nothing of its comes back.
  }

  stop(): void {
    this.#isRunning = false;
    clearInterval(this.#timer);
  }

  #topUp(sender: Sender, now: number): void {
    sender.movedAt = now;
    if (!this.#isRunning || !sender.canSend) return;
    const count = this.#inFlight - sender.outstanding;
    if (count > 0) sender.send(count, now, 0);
  }

  #moveOn(now: number): void {
    for (const sender of this.#senders) {
      if (!sender.canSend || now - sender.movedAt < this.#patienceMs) continue;
      this.#stalls += 1;
      sender.giveUp();
      this.#topUp(sender, now);
    }
  }
}
