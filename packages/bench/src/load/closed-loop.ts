import type { EchoLane } from "./echo-lane.ts";
import type { EchoLoop } from "./echo-loop.ts";

export interface ClosedLoopOptions {
  /** Messages awaiting a reply, per connection. */
  readonly inFlight: number;
  /** A connection on which nothing moves for so long gives up what is outstanding and sends on. */
  readonly patienceMs: number;
}

const LOOK_EVERY_MS = 100;

/** Sends as many messages as replies came: each connection always awaits the same number. */
export class ClosedLoop implements EchoLoop {
  readonly spunMs = 0;
  readonly #inFlight: number;
  readonly #patienceMs: number;
  #lanes: readonly EchoLane[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;

  constructor({ inFlight, patienceMs }: ClosedLoopOptions) {
    this.#inFlight = inFlight;
    this.#patienceMs = patienceMs;
  }

  start(lanes: readonly EchoLane[]): void {
    this.#lanes = lanes;
    this.#isRunning = true;
    for (const lane of lanes) this.readEnd(lane, performance.now());
    // A lost reply with nothing behind it would stop its connection for good.
    this.#timer = setInterval(() => this.#moveOn(performance.now()), LOOK_EVERY_MS);
  }

  readEnd(lane: EchoLane, now: number): void {
    lane.movedAt = now;
    const count = this.#inFlight - lane.window.outstanding;
    if (this.#isRunning && count > 0) lane.send(count, now, 0);
  }

  lost(): void {
    // It sends no more because it reads no more.
  }

  stop(): void {
    this.#isRunning = false;
    clearInterval(this.#timer);
  }

  #moveOn(now: number): void {
    for (const lane of this.#lanes) {
      if (!lane.client.isOpen || now - lane.movedAt < this.#patienceMs) continue;
      lane.window.giveUp();
      this.readEnd(lane, now);
    }
  }
}
