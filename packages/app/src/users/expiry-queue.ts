import { type Clock, systemClock } from "@windlass/core";

/** The longest time that a timer can wait for. */
const maxTimerMs = 2_147_483_647;

/**
 * Says when things are over, by the wall clock and to the second, with one timer for all of them.
 */
export class ExpiryQueue<Item> {
  readonly #onExpired: (item: Item) => void;
  readonly #clock: Clock;
  /** What ends in a second, by that second since 1970. */
  readonly #bySecond = new Map<number, Set<Item>>();
  readonly #seconds = new Map<Item, number>();
  /** The second that the timer waits for; nothing ends earlier. */
  #nextSecond = Number.POSITIVE_INFINITY;
  #stopTimer: (() => void) | undefined;

  /** @param onExpired must not throw; the item is not in the queue any more */
  constructor(onExpired: (item: Item) => void, clock: Clock = systemClock) {
    this.#onExpired = onExpired;
    this.#clock = clock;
  }

  get size(): number {
    return this.#seconds.size;
  }

  /** @param atMs when it is over, in milliseconds since 1970; replaces what was said of it before */
  add(item: Item, atMs: number): void {
    this.delete(item);
    if (atMs === Number.POSITIVE_INFINITY) return;
    const second = Math.ceil(atMs / 1_000);
    const items = this.#bySecond.get(second) ?? new Set();
    this.#bySecond.set(second, items.add(item));
    this.#seconds.set(item, second);
    if (second < this.#nextSecond) this.#waitFor(second);
  }

  delete(item: Item): void {
    const second = this.#seconds.get(item);
    if (second === undefined) return;
    this.#seconds.delete(item);
    const items = this.#bySecond.get(second);
    items?.delete(item);
    // The timer stays: when it fires, it finds out what is next.
    if (items?.size === 0) this.#bySecond.delete(second);
    if (this.#seconds.size === 0) this.#stop();
  }

  #waitFor(second: number): void {
    this.#stopTimer?.();
    this.#nextSecond = second;
    const waitMs = Math.min(Math.max(second * 1_000 - Date.now(), 0), maxTimerMs);
    this.#stopTimer = this.#clock.after(waitMs, () => this.#fire());
  }

  #stop(): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#nextSecond = Number.POSITIVE_INFINITY;
  }

  #fire(): void {
    this.#stop();
    const nowSecond = Date.now() / 1_000;
    const expired: Item[] = [];
    let next = Number.POSITIVE_INFINITY;
    for (const [second, items] of this.#bySecond) {
      if (second <= nowSecond) expired.push(...items);
      else next = Math.min(next, second);
    }
    for (const item of expired) this.delete(item);
    if (next < this.#nextSecond) this.#waitFor(next);
    for (const item of expired) this.#onExpired(item);
  }
}
