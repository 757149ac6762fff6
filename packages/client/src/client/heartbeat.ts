import type { ClientClock } from "../client-clock.ts";
import { Timer } from "../timer.ts";

/** How the client notices that the link is dead. */
export interface HeartbeatOptions {
  /** It asks for a sign of life after so many milliseconds of silence. Default: 25,000. */
  readonly intervalMs?: number;
  /** Without one within so many milliseconds, the link is dead. Default: 10,000. */
  readonly timeoutMs?: number;
}

/** What a heartbeat needs. */
export interface HeartbeatParts {
  readonly clock: ClientClock;
  readonly ping: () => void;
  /** Nothing came. */
  readonly dead: (timeoutMs: number) => void;
}

/** Asks for a sign of life when the server is silent. Anything that comes is one. */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #intervalMs: number;
  readonly #timeoutMs: number;
  readonly #timer: Timer;
  #isAsking = false;
  #lastAtMs = 0;

  constructor(
    { intervalMs = 25_000, timeoutMs = 10_000 }: HeartbeatOptions,
    parts: HeartbeatParts,
  ) {
    this.#intervalMs = intervalMs;
    this.#timeoutMs = timeoutMs;
    this.#timer = new Timer(parts.clock);
    this.#parts = parts;
  }

  start(): void {
    this.#lastAtMs = this.#parts.clock.now();
    this.#watch(this.#intervalMs);
  }

  stop(): void {
    this.#isAsking = false;
    this.#timer.stop();
  }

  /** Something came. */
  received(): void {
    this.#lastAtMs = this.#parts.clock.now();
    if (this.#isAsking) this.#watch(this.#intervalMs);
  }

  /** Asks now, unless it has asked already. Only between start() and stop(). */
  check(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    const timeoutMs = this.#timeoutMs;
    this.#timer.set(timeoutMs, () => this.#parts.dead(timeoutMs));
    this.#parts.ping();
  }

  /** One timer for any number of messages: it looks at the time of the last one when it fires. */
  #watch(afterMs: number): void {
    this.#isAsking = false;
    this.#timer.set(afterMs, () => {
      const leftMs = this.#lastAtMs + this.#intervalMs - this.#parts.clock.now();
      if (leftMs > 0) this.#watch(leftMs);
      else this.check();
    });
  }
}
